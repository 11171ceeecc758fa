import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { systemClock } from "@pos/service-kit/clock";
import { migrateDatabase } from "@pos/service-kit/migrate";
import { type TestDatabase, testDatabase } from "@pos/testing/database";
import { eventually } from "@pos/testing/eventually";
import { silentLogger } from "@pos/testing/logger";
import type { Document } from "mongodb";
import { layout } from "../migrations.ts";
import { OrderRepository } from "../orders/repository.ts";
import type { OutboxEntry } from "../placement/order.ts";
import { storedOrder } from "../test/orders.ts";
import { stagesOf } from "../test/plan.ts";
import { OutboxCensus } from "./census.ts";
import { dueFilter, OutboxRepository } from "./repository.ts";

setDefaultTimeout(120_000);
let test_: TestDatabase;
let orders: OrderRepository;
let outbox: OutboxRepository;
beforeAll(async () => {
  test_ = await testDatabase("outbox");
  await migrateDatabase(test_.database.db, layout, { clock: systemClock, logger: silentLogger });
  orders = new OrderRepository(test_.database.db, silentLogger);
  outbox = new OutboxRepository(test_.database.db);
});
afterAll(() => test_.drop());
beforeEach(async () => {
  await test_.database.db.collection("orders").deleteMany({});
});

const now = new Date("2026-01-01T12:00:00Z");
const inMs = (ms: number) => new Date(now.getTime() + ms);
let counter = 0;
const entry = (more: Partial<OutboxEntry> = {}): OutboxEntry => ({
  id: `entry-${++counter}`,
  kind: "confirm",
  rid: "r",
  state: "pending",
  tries: 0,
  unanswered: 0,
  createdAt: now,
  nextAt: inMs(-1),
  ...more,
});

async function store(...outboxes: OutboxEntry[][]): Promise<readonly string[]> {
  const made = outboxes.map((own) => storedOrder({ outbox: own }));
  await orders.insertAll(made);
  return made.map(({ id }) => id);
}

describe("due entries", () => {
  test("are pending and past their time, the longest waiting first", async () => {
    const late = entry({ nextAt: inMs(-500) });
    const due = entry();
    const [, first, second] = await store(
      [entry({ nextAt: inMs(1) })],
      [due, entry({ nextAt: inMs(900) }), entry({ state: "dead" })],
      [late],
      [entry({ state: "dead", nextAt: inMs(-900) })],
      [],
    );
    expect(await outbox.due(now, 10, undefined)).toEqual([
      { orderId: second ?? "", entry: late },
      { orderId: first ?? "", entry: due },
    ]);
  });

  test("are also those of a clock that was ahead, when a look is at everything", async () => {
    const ahead = entry({ nextAt: inMs(3_600_000) });
    const later = entry({ nextAt: inMs(5000) });
    const due = entry();
    await store([later], [ahead, later], [due]);
    const found = async (since: Date | undefined) => (await outbox.due(now, 10, since)).map((owned) => owned.entry.id);
    expect(await found(undefined)).toEqual([due.id, ahead.id]);
    expect(await found(inMs(-60_000))).toEqual([due.id]);
  });

  test("are found beside what $unset left in place of one", async () => {
    const [broken, due, dead] = [entry(), entry(), entry({ state: "dead" })];
    await store([broken, due, dead], [entry()]);
    await test_.database.db.collection("orders").updateOne({ "outbox.id": broken.id }, { $unset: { "outbox.0": 1 } });
    expect((await outbox.due(now, 10, undefined)).map((owned) => owned.entry.id)).toContain(due.id);
    const listed = async (state?: OutboxEntry["state"]) =>
      (await outbox.list({ state, limit: 10 })).map((own) => own.map((owned) => owned.entry.id));
    expect(await listed("dead")).toEqual([[dead.id]]);
    expect((await listed())[0]).toEqual([due.id, dead.id]);
  });

  test("are found beside one of an order whose id is a text", async () => {
    const due = entry();
    const [id] = await store([due]);
    const collection = test_.database.db.collection("orders");
    const { _id, ...document } = (await collection.findOne({})) as Document;
    expect(String(_id)).toBe(id ?? "");
    await collection.insertOne({ ...document, outbox: [entry({ nextAt: inMs(-900) })], _id: "lamp" as never });
    expect((await outbox.due(now, 10, undefined)).map(({ orderId }) => orderId)).toEqual(["lamp", id ?? ""]);
    expect(await outbox.list({ limit: 10 })).toHaveLength(2);
  });

  test.each([
    ["all that is due", undefined, 2],
    ["what came due since a time", new Date(now.getTime() - 1000), 1],
  ])("are found by the partial index, which holds nothing of delivered orders: %s", async (_what, since, keys) => {
    const old = entry({ nextAt: new Date(now.getTime() - 5000) });
    const recent = entry({ nextAt: now });
    await store(...Array.from({ length: 30 }, () => []), [old], [recent]);
    const found = await outbox.due(now, 10, since);
    expect(found.map((owned) => owned.entry.id)).toEqual([old.id, recent.id].slice(-keys));
    const explained = await test_.database.db
      .collection<never>("orders")
      .find(dueFilter(now, since) as never)
      .hint("outbox_pending")
      .limit(10)
      .explain("executionStats");
    expect(stagesOf(explained)).toContain("IXSCAN");
    expect((explained as { executionStats: { totalKeysExamined: number } }).executionStats.totalKeysExamined).toBe(
      keys,
    );
  });

  test("leave their order unchanged when they are dropped, postponed or revived", async () => {
    const [a, b] = [entry(), entry()];
    const order = storedOrder({ outbox: [a, b] });
    await orders.insertAll([order]);
    await outbox.drop([{ orderId: order.id, entryId: a.id }]);
    await outbox.postpone(order.id, { ...b, tries: 3, state: "dead", lastError: "no" });
    await outbox.postpone(order.id, { ...a, tries: 9 });
    const read = (await orders.findMany([order.id])).get(order.id);
    const left = [{ ...b, tries: 3, state: "dead" as const, lastError: "no" }];
    expect(read).toEqual({ ok: true, value: { ...order, outbox: left } });
    expect(await outbox.revive(order.id, b.id, now)).toBe(true);
    expect(await outbox.revive(order.id, a.id, now)).toBe(false);
    const [revived] = await outbox.due(now, 10, undefined);
    expect(revived?.entry).toMatchObject({ id: b.id, tries: 0, state: "pending", nextAt: now });
  });
});

describe("the census", () => {
  test("counts what waits and what is dead, and tells how long the oldest has waited", async () => {
    expect(await outbox.census(now)).toEqual({ pending: 0, dead: 0, oldestSeconds: 0 });
    const dead = entry({ state: "dead", createdAt: inMs(-60_000) });
    await store([entry({ createdAt: inMs(-2000) }), dead], [entry({ createdAt: inMs(-5000) })], []);
    expect(await outbox.census(now)).toEqual({ pending: 2, dead: 1, oldestSeconds: 5 });
  });

  test.each([undefined, "yesterday"])("counts an entry that was made at %p", async (createdAt) => {
    const broken = entry({ createdAt: createdAt as never });
    await store([broken]);
    expect(await outbox.census(now)).toEqual({ pending: 1, dead: 0, oldestSeconds: 0 });
    await store([entry({ createdAt: inMs(-5000) })]);
    expect(await outbox.census(now)).toEqual({ pending: 2, dead: 0, oldestSeconds: 5 });
  });

  test("that fails leaves no old numbers, which would look like news", async () => {
    let isAway = false;
    const entries = {
      census: async () => {
        if (isAway) throw new Error("away");
        return { pending: 3, dead: 0, oldestSeconds: 1 };
      },
    };
    const clock = { ...systemClock, sleep: (_ms: number, signal?: AbortSignal) => systemClock.sleep(1, signal) };
    const census = new OutboxCensus(entries, { clock, logger: silentLogger });
    expect(census.state).toBeUndefined();
    census.start();
    await eventually(() => census.state?.pending === 3);
    isAway = true;
    await eventually(() => census.state === undefined);
    isAway = false;
    await eventually(() => census.state?.pending === 3);
    await census.stop();
  });
});

describe("the list", () => {
  test("holds entries of a state by order id, page by page", async () => {
    const ids = await store([entry({ state: "dead" }), entry()], [entry()], [], [entry({ state: "dead" })]);
    const flat = async (state: OutboxEntry["state"] | undefined, afterOrderId?: string) =>
      (await outbox.list({ state, limit: 10, afterOrderId })).map((own) => [own[0]?.orderId, own.length]);
    expect(await flat("dead")).toEqual([
      [ids[0], 1],
      [ids[3], 1],
    ]);
    expect(await flat("pending")).toEqual([
      [ids[0], 1],
      [ids[1], 1],
    ]);
    expect(await flat(undefined)).toEqual([
      [ids[0], 2],
      [ids[1], 1],
      [ids[3], 1],
    ]);
    expect(await flat("dead", ids[0])).toEqual([[ids[3], 1]]);
    expect(await outbox.list({ state: undefined, limit: 1, afterOrderId: undefined })).toHaveLength(2);
  });

  test("looks at no order without entries", async () => {
    const { db } = test_.database;
    const ids = await store(...Array.from({ length: 30 }, () => []), [entry()], [entry({ state: "dead" }), entry()]);
    await db.command({ profile: 2 });
    for (const state of [undefined, "pending", "dead"] as const)
      for (const afterOrderId of [undefined, ids[0]]) await outbox.list({ state, limit: 10, afterOrderId });
    await db.command({ profile: 0 });
    const seen = await db.collection("system.profile").find({ op: "query" }).toArray();
    await db.collection("system.profile").drop();
    expect(seen.length).toBeGreaterThanOrEqual(6);
    expect(Math.max(...seen.map(({ docsExamined }) => Number(docsExamined)))).toBe(2);
  });
});
