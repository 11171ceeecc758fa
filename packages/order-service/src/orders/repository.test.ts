import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { systemClock } from "@pos/service-kit/clock";
import { migrateDatabase } from "@pos/service-kit/migrate";
import { type TestDatabase, testDatabase } from "@pos/testing/database";
import { silentLogger } from "@pos/testing/logger";
import { MongoClient } from "mongodb";
import { layout } from "../migrations.ts";
import { newId, storedOrder } from "../test/orders.ts";
import { stagesOf } from "../test/plan.ts";
import { listFilter, OrderRepository } from "./repository.ts";

setDefaultTimeout(120_000);
let test_: TestDatabase;
let orders: OrderRepository;
beforeAll(async () => {
  test_ = await testDatabase("orders");
  await migrateDatabase(test_.database.db, layout, { clock: systemClock, logger: silentLogger });
  orders = new OrderRepository(test_.database.db, silentLogger);
});
afterAll(() => test_.drop());
beforeEach(async () => {
  await test_.database.db.collection("orders").deleteMany({});
});

const page = { limit: 10, after: undefined };
const dayMs = 86_400_000;
const onDay = (day: number) => new Date(Date.UTC(2026, 0, 1) + day * dayMs);

describe("inserts", () => {
  test("an order is read back with every field", async () => {
    const order = storedOrder({ keyHash: "e".repeat(64), totalAmount: 0.3 });
    expect(await orders.insertAll([order])).toEqual([{ kind: "acknowledged" }]);
    expect((await orders.findMany([order.id])).get(order.id)).toEqual({ ok: true, value: order });
  });

  test("each of a batch has its own verdict", async () => {
    const [taken, fresh] = [storedOrder(), storedOrder()];
    await orders.insertAll([taken]);
    const verdicts = await orders.insertAll([storedOrder(), taken, fresh, fresh]);
    expect(verdicts.map(({ kind }) => kind)).toEqual(["acknowledged", "duplicate", "acknowledged", "duplicate"]);
    expect((await orders.findMany([fresh.id])).size).toBe(1);
  });

  test("a batch of more than one message takes has a verdict for each, too", async () => {
    const large = Array.from({ length: 4 }, () => storedOrder({ keyHash: "x".repeat(14_000_000) }));
    const verdicts = await orders.insertAll([...large, large[0]!, storedOrder()]);
    const kinds = [
      "acknowledged",
      "acknowledged",
      "acknowledged",
      "acknowledged",
      "duplicate",
      "acknowledged",
    ] as const;
    expect(verdicts.map(({ kind }) => kind)).toEqual([...kinds]);
  });

  test("an order that the driver refuses to send is unknown", async () => {
    const huge = storedOrder({ keyHash: "x".repeat(17_000_000) });
    const [verdict] = await orders.insertAll([huge]);
    expect(verdict?.kind).toBe("unknown");
  });

  test("nothing is certain when the write concern fails, although everything is stored", async () => {
    const known = storedOrder();
    await orders.insertAll([known]);
    const fresh = storedOrder();
    const removeAbsentMember = await addAbsentMember();
    const client = new MongoClient(test_.uri, { writeConcern: { w: 2, wtimeoutMS: 200 } });
    try {
      const verdicts = await new OrderRepository(client.db(), silentLogger).insertAll([known, fresh]);
      expect(verdicts.map(({ kind }) => kind)).toEqual(["unknown", "unknown"]);
      expect((await orders.findMany([fresh.id])).size).toBe(1);
    } finally {
      await client.close();
      await removeAbsentMember();
    }
  });

  test("nothing is certain when the database is away", async () => {
    const client = new MongoClient("mongodb://127.0.0.1:1/?directConnection=true", { serverSelectionTimeoutMS: 200 });
    const verdicts = await new OrderRepository(client.db(), silentLogger).insertAll([storedOrder(), storedOrder()]);
    expect(verdicts.map(({ kind }) => kind)).toEqual(["unknown", "unknown"]);
    await client.close();
  });
});

describe("a change of status", () => {
  test("moves the order, its history, its version and its outbox in one write", async () => {
    const order = storedOrder();
    await orders.insertAll([order]);
    const at = onDay(1);
    const entry = {
      id: "e",
      kind: "release" as const,
      rid: "r",
      state: "pending" as const,
      tries: 0,
      unanswered: 0,
      createdAt: at,
      nextAt: at,
    };
    const step = { status: "cancelled" as const, at, by: order.userId, reason: "no" };
    const change = { orderId: order.id, from: "pending" as const, version: 1, step, entries: [entry] };
    const changed = await orders.changeStatus(change);
    expect(changed).toEqual({
      ...order,
      status: "cancelled",
      version: 2,
      updatedAt: at,
      history: [...order.history, step],
      outbox: [entry],
    });
    expect(await orders.changeStatus(change)).toBeUndefined();
  });

  test("of many at once succeeds once", async () => {
    const order = storedOrder();
    await orders.insertAll([order]);
    const step = { status: "cancelled" as const, at: onDay(1), by: "x" };
    const change = { orderId: order.id, from: "pending" as const, version: 1, step, entries: [] };
    const results = await Promise.all(Array.from({ length: 20 }, () => orders.changeStatus(change)));
    expect(results.filter((result) => result !== undefined)).toHaveLength(1);
    expect((await orders.findMany([order.id])).get(order.id)).toMatchObject({ value: { history: [{}, {}] } });
  });
});

describe("lists", () => {
  test("are newest first, page by page, without tombstones, equal times apart by id", async () => {
    const userId = newId();
    const at = [3, 1, 2, 2, 2, 5];
    const made = at.map((day) => storedOrder({ userId, createdAt: onDay(day), updatedAt: onDay(day) }));
    await orders.insertAll([...made, storedOrder({ userId, status: "void", items: [], history: [] }), storedOrder()]);
    const expected = made.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1));
    const seen: string[] = [];
    let after: { createdAtMs: number; id: string } | undefined;
    for (let count = 0; count < 4; count++) {
      const { items, hasMore } = await orders.list({ limit: 2, after }, { userId });
      seen.push(...items.map(({ id }) => id));
      expect(hasMore).toBe(seen.length < made.length);
      const last = items.at(-1);
      if (last === undefined) break;
      after = { createdAtMs: last.createdAt.getTime(), id: last.id };
    }
    expect(seen).toEqual(expected.map(({ id }) => id));
  });

  test("hold what the filters name", async () => {
    const userId = newId();
    const wanted = storedOrder({ userId, status: "completed", createdAt: onDay(5) });
    await orders.insertAll([
      wanted,
      storedOrder({ userId, createdAt: onDay(5) }),
      storedOrder({ userId, status: "completed", createdAt: onDay(3) }),
      storedOrder({ status: "completed", createdAt: onDay(5) }),
    ]);
    const found = await orders.list(page, { userId, status: "completed", since: onDay(4) });
    expect(found.items.map(({ id }) => id)).toEqual([wanted.id]);
  });

  test.each([
    ["all", {}],
    ["of a user", { userId: newId() }],
    ["of a status", { status: "pending" as const }],
    ["of a user and a status", { userId: newId(), status: "pending" as const }],
    ["since a day", { since: onDay(1) }],
  ])("%s stand on an index, in order", async (_name, filter) => {
    await orders.insertAll(Array.from({ length: 50 }, (_, day) => storedOrder({ createdAt: onDay(day) })));
    for (const after of [undefined, { createdAtMs: onDay(30).getTime(), id: newId() }]) {
      const explained = await test_.database.db
        .collection<never>("orders")
        .find(listFilter(after, filter) as never)
        .sort({ createdAt: -1, _id: -1 })
        .limit(11)
        .explain();
      const stages = stagesOf(explained);
      expect(stages).toContain("IXSCAN");
      expect(stages).not.toContain("COLLSCAN");
      expect(stages).not.toContain("SORT");
    }
  });
});

/** Adds a member without a vote that is never there: two members can then not acknowledge, while a majority still can. */
async function addAbsentMember(): Promise<() => Promise<void>> {
  const admin = test_.database.client.db("admin");
  const reconfigure = async (change: (members: unknown[]) => unknown[]) => {
    const { config } = (await admin.command({ replSetGetConfig: 1 })) as unknown as {
      config: { version: number; members: unknown[] };
    };
    await admin.command({
      replSetReconfig: { ...config, version: config.version + 1, members: change(config.members) },
    });
  };
  await reconfigure((members) => [...members, { _id: 99, host: "127.0.0.1:1", votes: 0, priority: 0 }]);
  return () => reconfigure((members) => members.slice(0, -1));
}
