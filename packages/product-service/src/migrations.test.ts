import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { systemClock } from "@pos/service-kit/clock";
import { compareMigrations, migrateDatabase } from "@pos/service-kit/migrate";
import { testDatabase, type TestDatabase } from "@pos/testing/database";
import { silentLogger } from "@pos/testing/logger";
import { ObjectId } from "mongodb";
import { startTestService, stockOf, move, unbalanced } from "./test/product-service.ts";
import { layout } from "./migrations.ts";

// Generous: no time decides a test, and a busy machine is slow.
setDefaultTimeout(120_000);

let shared: TestDatabase;
beforeAll(async () => {
  shared = await testDatabase("migrations");
});
afterAll(() => shared.drop());

const tools = { clock: systemClock, logger: silentLogger };
const createdAt = new Date("2026-01-01T00:00:00.000Z");

test("documents of the earlier form get their books, and serve from then on", async () => {
  const { db } = shared.database;
  const [lamp, desk] = [new ObjectId(), new ObjectId()];
  const orderIds = [new ObjectId(), new ObjectId(), new ObjectId()];
  const earlier = { description: "", price: 2.5, createdAt, updatedAt: createdAt };
  await db.collection("products").insertMany([
    { _id: lamp, name: "Lamp", stock: 7, ...earlier },
    { _id: desk, name: "Desk", stock: 1, price: 4, createdAt },
  ]);
  const line = (productId: ObjectId, quantity: number) => ({ productId, productName: "x", price: 2.5, quantity });
  const reservation = { userId: new ObjectId(), fingerprint: "f".repeat(64), createdAt, updatedAt: createdAt };
  await db.collection("reservations").insertMany([
    { _id: orderIds[0]!, rid: "0".repeat(32), state: "held", items: [line(lamp, 3), line(desk, 1)], ...reservation },
    { _id: orderIds[1]!, rid: "1".repeat(32), state: "confirmed", items: [line(lamp, 2)], ...reservation },
    { _id: orderIds[2]!, rid: "2".repeat(32), state: "released", items: [line(lamp, 9)], ...reservation },
  ]);

  expect((await compareMigrations(db, layout)).pending).toHaveLength(layout.migrations.length);
  await migrateDatabase(db, layout, tools);
  expect((await compareMigrations(db, layout)).pending).toEqual([]);

  expect(await db.collection("products").findOne({ _id: lamp })).toEqual({
    _id: lamp,
    name: "Lamp",
    stock: 7,
    ...earlier,
    received: 12,
    openUnits: 5,
    version: 1,
    deletedAt: null,
  });
  expect(await db.collection("products").findOne({ _id: desk })).toMatchObject({
    description: "",
    received: 2,
    openUnits: 1,
  });
  const marks = await db.collection("reservations").find().sort({ rid: 1 }).toArray();
  expect(marks.map(({ isOpen }) => isOpen as unknown)).toEqual([true, true, false]);

  const service = await startTestService({ shared });
  expect(await unbalanced(service)).toEqual([]);
  await move(service, "release", { orderId: orderIds[0]?.toHexString(), rid: "0".repeat(32) });
  expect(await stockOf(service, lamp.toHexString())).toBe(10);
  expect(await unbalanced(service)).toEqual([]);
  await service.stop();
});

test("a second run changes nothing, and a crash half-way is made good", async () => {
  const { db } = shared.database;
  const before = await db.collection("products").find().sort({ _id: 1 }).toArray();
  await db.collection("migrations").deleteMany({});
  await migrateDatabase(db, layout, tools);
  expect(await db.collection("products").find().sort({ _id: 1 }).toArray()).toEqual(before);
});
