import { afterAll, beforeAll, expect, test } from "bun:test";
import { Socket } from "node:net";
import { type TestDatabase, testDatabase } from "@pos/testing/database";
import { MongoClient } from "mongodb";

let target: TestDatabase;

beforeAll(async () => {
  target = await testDatabase("lostWrite");
});

afterAll(() => target.drop());

/**
 * The driver as it is published waits for ever for such a socket to drain (patches/mongodb@7.8.0.patch). Work that has
 * one batch in flight, like reservations, would stand still until the process ends.
 */
test("a command whose connection is destroyed while it is written ends", async () => {
  await using client = new MongoClient(target.uri, { retryReads: false, maxPoolSize: 1 });
  const things = client.db().collection("things");
  await things.findOne({});
  const write = Socket.prototype.write;
  Socket.prototype.write = function (this: Socket, ...parts: unknown[]) {
    Socket.prototype.write = write;
    this.destroy();
    return Reflect.apply(write, this, parts) as boolean;
  };
  const outcome = await Promise.race([
    things.findOne({}).then(
      () => "answered",
      (error: unknown) => (error instanceof Error ? error.name : "failed"),
    ),
    Bun.sleep(5000).then(() => "still waiting"),
  ]);
  expect(outcome).toBe("MongoNetworkError");
});
