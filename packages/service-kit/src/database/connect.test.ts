import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { testDatabase, type TestDatabase } from "@pos/testing/database";
import { testLogger } from "@pos/testing/logger";
import { type TcpProxy, tcpProxy } from "@pos/testing/tcp-proxy";
import type { MongoClient } from "mongodb";
import { once } from "node:events";
import { systemClock } from "../lifecycle/clock.ts";
import { connectDatabase, type Database } from "./connect.ts";
import { DirectCommands } from "./direct-commands/direct-commands.ts";

// Generous: no time decides a test, and a busy machine is slow.
setDefaultTimeout(120_000);

let shared: TestDatabase;
let proxy: TcpProxy;
let database: Database;
let looks: MongoClient;
beforeAll(async () => {
  shared = await testDatabase("connect");
  const uri = new URL(shared.uri);
  proxy = await tcpProxy({ target: { host: uri.hostname, port: Number(uri.port) } });
  uri.port = String(proxy.port);
  // Found by its own name, the member of the set would be reached past the proxy.
  uri.searchParams.delete("replicaSet");
  uri.searchParams.set("directConnection", "true");
  database = await connectDatabase(uri.href, {
    clock: systemClock,
    logger: testLogger().logger,
    watch: { commands: false, client: (client) => (looks = client) },
  });
});
afterAll(async () => {
  await database.close();
  await proxy.close();
  await shared.drop();
});

test("a connection knows its replica set, though its URI does not name it", () => {
  expect(database.replicaSet).toBe("rs0");
});

test("every write waits for a majority and its journal, whatever the server's own default is", async () => {
  const written: unknown[] = [];
  const watched = await connectDatabase(shared.uri, {
    clock: systemClock,
    logger: testLogger().logger,
    watch: {
      commands: true,
      client: (client) => client.on("commandStarted", ({ command }) => written.push(command["writeConcern"])),
    },
  });
  await watched.ping();
  written.length = 0;
  const things = watched.db.collection("things");
  await things.insertOne({ name: "a" });
  await things.updateMany({}, { $set: { name: "b" } });
  await things.findOneAndUpdate({}, { $set: { name: "c" } });
  await things.deleteMany({});
  expect(written).toEqual(Array.from({ length: 4 }, () => ({ w: "majority", j: true })));
  await watched.close();
});

test.each([
  "readPreference=secondaryPreferred",
  "readPreference=secondaryPreferred&maxStalenessSeconds=120",
  "readpreference=secondary&readPreferenceTags=nodeType:ANALYTICS&readPreferenceTags=",
])("every read asks the primary, whatever the connection string prefers: %s", async (preference) => {
  const { href } = new URL(shared.uri);
  const { logger } = testLogger();
  // One that the driver refuses would be tried again and again.
  const clock = { ...systemClock, sleep: () => Promise.reject(new Error("it does not connect")) };
  const tools = { clock, logger, attemptMs: () => 30_000 };
  const connected = await connectDatabase(`${href}${href.includes("?") ? "&" : "?"}${preference}`, tools);
  expect(connected.db.collection("things").readPreference?.mode).toBe("primary");
  // The driver refuses any other in a transaction.
  await connected.client.withSession((session) =>
    session.withTransaction(() => connected.db.collection("things").findOne({}, { session })),
  );
  await connected.close();
});

test("that the server is silent is found out by a look at it, before a command's own limit", async () => {
  const commands = new DirectCommands(database.db);
  const ways = [() => commands.run({ ping: 1 }), () => database.db.command({ ping: 1 })];
  await Promise.all(ways.map((way) => way()));
  // Found out of right after a look that saw it well, it takes the longest.
  await once(looks, "serverHeartbeatSucceeded");
  proxy.loseAnswers(true);
  const names = await Promise.all(ways.map((way) => way().catch((error: Error) => error.name)));
  expect(names).toEqual(["PoolClearedOnNetworkError", "PoolClearedOnNetworkError"]);
});
