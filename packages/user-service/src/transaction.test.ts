import { testDatabase } from "@pos/testing/database";
import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { MongoServerError } from "mongodb";
import { SLOW_MS } from "./test/user-service.ts";
import { inTransaction } from "./transaction.ts";

setDefaultTimeout(SLOW_MS);

const { database, drop } = await testDatabase("transaction");
afterAll(drop);

const conflict = () =>
  new MongoServerError({ message: "write conflict", code: 112, errorLabels: ["TransientTransactionError"] });

test("is tried again after a conflict", async () => {
  let tries = 0;
  const done = await inTransaction(database.client, async () => {
    if (++tries < 3) throw conflict();
    return "done";
  });
  expect([done, tries]).toEqual(["done", 3]);
});

test("is given up when others are in its way for too long", async () => {
  const never = inTransaction(database.client, () => Promise.reject(conflict()));
  await expect(never).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
});
