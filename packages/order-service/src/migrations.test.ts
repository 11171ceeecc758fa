import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { systemClock } from "@pos/service-kit/clock";
import { migrateDatabase } from "@pos/service-kit/migrate";
import { type TestDatabase, testDatabase } from "@pos/testing/database";
import { silentLogger } from "@pos/testing/logger";
import { ObjectId } from "mongodb";
import { layout } from "./migrations.ts";
import { OrderRepository } from "./orders/repository.ts";
import { orderView } from "./orders/views.ts";
import { fingerprintOf } from "./placement/identity.ts";

setDefaultTimeout(120_000);
let test_: TestDatabase;
beforeAll(async () => {
  test_ = await testDatabase("migrations");
});
afterAll(() => test_.drop());

const placedAt = new Date("2025-05-05T05:05:05.000Z");
const changedAt = new Date("2025-06-06T06:06:06.000Z");
const earlier = (status: string) => ({
  _id: new ObjectId(),
  userId: new ObjectId(),
  items: [{ productId: new ObjectId(), productName: "Lamp", price: 2.5, quantity: 2 }],
  totalAmount: 5,
  status,
  createdAt: placedAt,
  updatedAt: changedAt,
});

test("orders of the earlier form are read, listed and changed like new ones, and a second run changes nothing", async () => {
  const { db } = test_.database;
  const documents = ["pending", "processing", "completed", "cancelled"].map(earlier);
  await db.collection("orders").insertMany(documents);
  const migrate = () => migrateDatabase(db, layout, { clock: systemClock, logger: silentLogger });
  await migrate();
  const orders = new OrderRepository(db, silentLogger);
  const paths = [];
  for (const { _id, items, userId, status } of documents) {
    const id = _id.toHexString();
    const found = (await orders.findMany([id])).get(id);
    if (found?.ok !== true) throw new Error("lost");
    const read = found.value;
    const lines = items.map(({ productId, quantity }) => ({ productId: productId.toHexString(), quantity }));
    expect(read).toMatchObject({ fingerprint: fingerprintOf(lines), outbox: [], userId: userId.toHexString() });
    expect(read.rid).toBeUndefined();
    expect(orderView(read).status).toBe(status as "pending");
    expect(read.history.at(0)?.at).toEqual(placedAt);
    paths.push(read.history.map((step) => step.status).join(" "));
  }
  expect(paths).toEqual(["pending", "pending processing", "pending processing completed", "pending cancelled"]);
  expect((await orders.list({ limit: 10, after: undefined }, {})).items).toHaveLength(4);

  const before = await db.collection("orders").find().toArray();
  await db.collection("migrations").deleteMany({});
  await migrate();
  expect(await db.collection("orders").find().toArray()).toEqual(before);
});
