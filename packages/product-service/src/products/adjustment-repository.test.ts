import { expect, test } from "bun:test";
import { systemClock } from "@pos/service-kit/clock";
import { testDatabase } from "@pos/testing/database";
import { silentLogger } from "@pos/testing/logger";
import { MongoClient } from "mongodb";
import { AdjustmentRepository } from "./adjustment-repository.ts";
import { ProductRepository } from "./repository.ts";

test("adjustments of one product at once do not refuse each other", async () => {
  const shared = await testDatabase("adjustments");
  const client = new MongoClient(shared.uri, { monitorCommands: true });
  const products = new ProductRepository(client.db(), silentLogger);
  const adjustments = new AdjustmentRepository(client.db(), systemClock);
  const { product } = await products.create({ name: "Lamp", price: 1, stock: 10 }, new Date());
  await client.db().createCollection("stockAdjustments");
  const ends: string[] = [];
  client.on("commandStarted", ({ commandName }) => {
    if (commandName.endsWith("Transaction")) ends.push(commandName);
  });
  const adjustment = { productId: product.id, delta: 1, reason: "delivery", by: "a".repeat(24), key: undefined };
  await Promise.all(Array.from({ length: 20 }, () => adjustments.adjust(adjustment, Date.now() + 60_000)));
  expect((await products.find(product.id))?.product.stock).toBe(30);
  expect(ends).toEqual(Array.from({ length: 20 }, () => "commitTransaction"));
  await client.close();
  await shared.drop();
});
