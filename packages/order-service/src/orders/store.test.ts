import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { AppError } from "@pos/service-kit/app-error";
import { systemClock } from "@pos/service-kit/clock";
import { type TestDatabase, testDatabase } from "@pos/testing/database";
import { eventually } from "@pos/testing/eventually";
import { testLogger } from "@pos/testing/logger";
import { type TcpProxy, tcpProxy } from "@pos/testing/tcp-proxy";
import { MongoClient } from "mongodb";
import { OutboxRepository } from "../outbox/repository.ts";
import type { OutboxEntry, StoredOrder } from "../placement/order.ts";
import { storedOrder } from "../test/orders.ts";
import { OrderRepository } from "./repository.ts";
import { CoalescingOrderStore } from "./store.ts";

setDefaultTimeout(120_000);
const log = testLogger();
let test_: TestDatabase;
let proxy: TcpProxy;
let client: MongoClient;
let store: CoalescingOrderStore;
let commands: string[] = [];
let inserted: StoredOrder[] = [];
let offered: (readonly [string, readonly OutboxEntry[]])[] = [];
beforeAll(async () => {
  test_ = await testDatabase("store");
  const uri = new URL(test_.uri);
  proxy = await tcpProxy({ target: { host: uri.hostname, port: Number(uri.port) } });
  uri.port = String(proxy.port);
  // Found by its own name, the member of the set would be reached past the proxy.
  uri.searchParams.delete("replicaSet");
  client = new MongoClient(uri.href, {
    directConnection: true,
    monitorCommands: true,
    serverSelectionTimeoutMS: 300,
    writeConcern: { w: "majority" },
  });
  client.on("commandStarted", ({ commandName }) => commands.push(commandName));
  store = new CoalescingOrderStore(new OrderRepository(client.db(), log.logger), new OutboxRepository(client.db()), {
    clock: systemClock,
    logger: log.logger,
    onInserted: (order) => inserted.push(order),
    onEntries: (orderId, entries) => offered.push([orderId, entries]),
  });
});
afterAll(async () => {
  await client.close();
  await proxy.close();
  await test_.drop();
});
beforeEach(() => {
  proxy.restore();
  commands = [];
  inserted = [];
  offered = [];
});

const soon = () => Date.now() + 4000;
const warningsOf = (id: string) => log.entries().filter(({ level, orderId }) => level === "warn" && orderId === id);

describe("orders of concurrent requests", () => {
  test("share a few inserts, and each gets its own verdict", async () => {
    const [first, ...others] = Array.from({ length: 300 }, () => storedOrder());
    if (first === undefined) return;
    const verdicts = await Promise.all([first, ...others, first].map((order) => store.insert(order, soon())));
    expect(verdicts.filter(({ kind }) => kind === "acknowledged")).toHaveLength(300);
    expect(verdicts.at(-1)).toEqual({ kind: "duplicate" });
    expect(commands.filter((command) => command === "insert").length).toBeLessThan(10);
    expect(inserted).toHaveLength(300);
  });

  test("share a few reads", async () => {
    const orders = Array.from({ length: 50 }, () => storedOrder());
    await Promise.all(orders.map((order) => store.insert(order, soon())));
    commands = [];
    const read = await Promise.all([...orders, ...orders, storedOrder()].map(({ id }) => store.find(id)));
    expect(read).toEqual([...orders, ...orders, undefined]);
    expect(commands.filter((command) => command === "find").length).toBeLessThan(6);
  });

  test("whose time is over are not inserted", async () => {
    const late = storedOrder();
    expect((await store.insert(late, Date.now() - 1)).kind).toBe("unknown");
    await Bun.sleep(50);
    expect(await store.find(late.id)).toBeUndefined();
  });
});

/** The connection that the test before cut has to be there again, or nothing would be sent. */
async function connectedAgain(): Promise<void> {
  for (const until = soon(); Date.now() < until; await Bun.sleep(50))
    if ((await store.readMajority(storedOrder().id)).kind === "none") break;
}

const entryAt = (at: Date): OutboxEntry => ({
  id: "entry",
  kind: "release",
  rid: "r",
  state: "pending",
  tries: 0,
  unanswered: 0,
  createdAt: at,
  nextAt: at,
});

test("the outbox entries of a change are told of when it is acknowledged", async () => {
  await connectedAgain();
  const order = storedOrder();
  await store.insert(order, soon());
  const at = new Date();
  const entry = entryAt(at);
  const step = { status: "cancelled" as const, at, by: "x" };
  const change = { orderId: order.id, from: order.status as "pending", version: order.version, step, entries: [entry] };
  expect((await store.changeStatus({ ...change, version: 77 })).kind).toBe("refused");
  expect(offered).toEqual([]);
  expect((await store.changeStatus(change)).kind).toBe("acknowledged");
  expect(offered).toEqual([[order.id, [entry]]]);
});

test("nothing waits for a silent database for more than three seconds", async () => {
  const never = () => new Promise<never>(() => undefined);
  const startedAt = performance.now();
  // A hundred times as fast.
  const clock = { ...systemClock, now: () => (performance.now() - startedAt) * 100 };
  const silent = new CoalescingOrderStore(
    { insertAll: never, findMany: never, changeStatus: never },
    { drop: never, postpone: never },
    { clock, logger: log.logger, onInserted: () => undefined, onEntries: () => undefined },
  );
  const order = storedOrder();
  const step = { status: "cancelled" as const, at: new Date(), by: "x" };
  const waits = [
    silent.readMajority(order.id),
    silent.readMajority(order.id, Number.POSITIVE_INFINITY),
    silent.changeStatus({ orderId: order.id, from: "pending", version: 1, step, entries: [] }),
    silent.dropEntry(order.id, "x"),
    silent.postponeEntry(order.id, entryAt(new Date())),
  ];
  for (const wait of waits) {
    expect((await wait).kind).toBe("unknown");
    expect(clock.now()).toBeGreaterThanOrEqual(3000);
  }
});

describe("while the database is away", () => {
  test("every verdict is unknown, and the log says why", async () => {
    const order = storedOrder();
    await store.insert(order, soon());
    inserted = [];
    proxy.cut();
    expect((await store.insert(storedOrder(), soon())).kind).toBe("unknown");
    expect((await store.readMajority(order.id)).kind).toBe("unknown");
    const step = { status: "cancelled" as const, at: new Date(), by: "x" };
    const change = { orderId: order.id, from: "pending" as const, version: 1, step, entries: [] };
    expect((await store.changeStatus(change)).kind).toBe("unknown");
    expect((await store.dropEntry(order.id, "x")).kind).toBe("unknown");
    expect([inserted, offered]).toEqual([[], []]);
    expect(warningsOf(order.id)).toHaveLength(3);
  });

  test("a read for a caller to whom that is an error throws its cause, and leaves the log to the line of the request", async () => {
    proxy.cut();
    const { id } = storedOrder();
    const error = await store.find(id).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: "SERVICE_UNAVAILABLE", retryAfterSeconds: 1, cause: expect.any(Error) });
    expect(warningsOf(id)).toEqual([]);
  });

  test("a read waits until its deadline, or three seconds", async () => {
    await connectedAgain();
    proxy.loseAnswers(true);
    const startedAt = Date.now();
    expect((await store.readMajority(storedOrder().id, startedAt + 300)).kind).toBe("unknown");
    proxy.loseAnswers(false);
    proxy.cut();
    proxy.restore();
    expect(Date.now() - startedAt).toBeLessThan(2500);
  });

  test("an answer that is lost is unknown at the deadline, and the order is told of when it comes after all", async () => {
    const order = storedOrder();
    await connectedAgain();
    proxy.holdAnswers(true);
    // Ten times what it takes until the insert is under way: one that is late already is never sent.
    expect((await store.insert(order, Date.now() + 500)).kind).toBe("unknown");
    expect(inserted).toEqual([]);
    proxy.holdAnswers(false);
    await eventually(() => inserted.length > 0);
    expect(inserted).toEqual([order]);
    expect(await store.find(order.id)).toEqual(order);
  });
});
