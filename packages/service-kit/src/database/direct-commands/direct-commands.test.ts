import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { type TestDatabase, testDatabase } from "@pos/testing/database";
import { eventually } from "@pos/testing/eventually";
import { type TcpProxy, tcpProxy } from "@pos/testing/tcp-proxy";
import {
  type Document,
  MongoClient,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoServerError,
  MongoWriteConcernError,
  ObjectId,
} from "mongodb";
import { isDatabaseUnavailable, isWorthRepeating } from "../errors.ts";
import { Connections, directCommandsState } from "./connections.ts";
import { DirectCommands } from "./direct-commands.ts";
import { bytesOf } from "./message.ts";
import { byIds, type CommandRunner, findDocuments, write } from "./runner.ts";

interface Thing {
  _id: number;
  text: string;
}

let test_: TestDatabase;
let proxy: TcpProxy;
let client: MongoClient;
let commands: DirectCommands;
beforeAll(async () => {
  test_ = await testDatabase("directCommands");
  const uri = new URL(test_.uri);
  proxy = await tcpProxy({ target: { host: uri.hostname, port: Number(uri.port) } });
  uri.port = String(proxy.port);
  // Found by its own name, the member of the set would be reached past the proxy.
  uri.searchParams.delete("replicaSet");
  client = new MongoClient(uri.href, { directConnection: true, serverSelectionTimeoutMS: 2000, monitorCommands: true });
  commands = new DirectCommands(client.db());
});
afterAll(async () => {
  await client.close();
  await proxy.close();
  await test_.drop();
});
beforeEach(() => proxy.restore());

const things = () => test_.database.db.collection<Thing>("things");
const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(() => undefined).catch((error: unknown) => error);
const insert = (documents: readonly Document[]) => write(commands, { insert: "things", documents });

describe("a command", () => {
  beforeEach(() => things().deleteMany({}));

  test("is answered as the driver would answer it", async () => {
    expect(await insert([{ _id: 1, text: "one", absent: undefined }])).toBe(1);
    expect(await things().findOne({ _id: 1 })).toEqual({ _id: 1, text: "one" });
    const updates = [{ q: { text: "one" }, u: { $set: { text: "two" } } }];
    expect(await write(commands, { update: "things", updates })).toBe(1);
    expect(await findDocuments<Thing>(commands, { find: "things" })).toEqual([{ _id: 1, text: "two" }]);
  });

  test("finds documents by their ids, one of them without a plan", async () => {
    const ids = ["a", "b", "c"].map((digit) => digit.repeat(24));
    await insert(ids.map((id) => ({ _id: new ObjectId(id) })));
    const found = async (asked: readonly string[]) => {
      const documents = await findDocuments<{ _id: ObjectId }>(commands, { find: "things", filter: byIds(asked) });
      return documents.map(({ _id }) => _id.toHexString()).toSorted();
    };
    for (const count of [0, 1, 2, 3]) expect(await found(ids.slice(0, count))).toEqual(ids.slice(0, count));
    expect(await found(["d".repeat(24)])).toEqual([]);
    const explain = { find: "things", filter: byIds(ids.slice(0, 1)) };
    const { queryPlanner } = (await commands.run({ explain })) as { queryPlanner: { winningPlan: Document } };
    expect(queryPlanner.winningPlan["stage"]).toBe("IDHACK");
    await things().deleteMany({});
  });

  test("that the server refuses fails with what it says", async () => {
    const error = await errorOf(commands.run({ noSuchCommand: 1 }));
    expect(error).toBeInstanceOf(MongoServerError);
    expect(error).toMatchObject({ code: 59, codeName: "CommandNotFound" });
    const impossible = { insert: "things", documents: [{ _id: 1 }], writeConcern: { w: 50, wtimeout: 50 } };
    expect(await errorOf(commands.run(impossible))).toBeInstanceOf(MongoWriteConcernError);
    const twice = await errorOf(insert([{ _id: 2 }, { _id: 2 }]));
    expect(twice).toBeInstanceOf(MongoServerError);
    expect(twice).toMatchObject({ code: 11_000 });
  });

  test("is told of to whoever listens to the client", async () => {
    const told: string[] = [];
    const started = ({ commandName }: { commandName: string }) => void told.push(`${commandName} started`);
    const ended = ({ commandName }: { commandName: string }) => void told.push(`${commandName} succeeded`);
    const failed = ({ commandName }: { commandName: string }) => void told.push(`${commandName} failed`);
    client.on("commandStarted", started).on("commandSucceeded", ended).on("commandFailed", failed);
    await commands.run({ count: "things" });
    await errorOf(commands.run({ noSuchCommand: 1 }));
    client.off("commandStarted", started).off("commandSucceeded", ended).off("commandFailed", failed);
    expect(told).toEqual(["count started", "count succeeded", "noSuchCommand started", "noSuchCommand failed"]);
  });

  test("takes documents beside it, and gives answers of several pages whole", async () => {
    const text = "x".repeat(1_000_000);
    const documents = Array.from({ length: 40 }, (_, _id) => bytesOf({ _id, text }));
    expect(await write(commands, { insert: "things" }, { sequence: { field: "documents", documents } })).toBe(40);
    const found = await findDocuments<Thing>(commands, { find: "things", sort: { _id: 1 }, batchSize: 41 });
    expect(found.map(({ _id }) => _id)).toEqual(Array.from({ length: 40 }, (_, index) => index));
    expect(found.every((thing) => thing.text === text)).toBe(true);
  });

  test("asks for the next page by the cursor's number, be it small", async () => {
    const asked: Document[] = [];
    const pages: Document[] = [
      { cursor: { id: 7, firstBatch: [bytesOf({ _id: 1 })] } },
      { cursor: { id: 0, nextBatch: [bytesOf({ _id: 2 })] } },
    ];
    const runner: CommandRunner = {
      async run(command) {
        asked.push(command);
        return pages.shift() ?? {};
      },
    };
    expect(await findDocuments<Thing>(runner, { find: "things" })).toMatchObject([{ _id: 1 }, { _id: 2 }]);
    // The database knows no such cursor, and takes the question for a well-formed one.
    expect(await errorOf(commands.run(asked[1] ?? {}))).toMatchObject({ codeName: "CursorNotFound" });
  });

  test("over 48 MB is refused before it is sent, and the next one is done", async () => {
    const documents = Array.from({ length: 49 }, (_, _id) => bytesOf({ _id, text: "x".repeat(1_000_000) }));
    const error = await errorOf(commands.run({ insert: "things" }, { sequence: { field: "documents", documents } }));
    expect(error).toBeInstanceOf(RangeError);
    expect(await insert([{ _id: 1 }])).toBe(1);
  });

  test("waits for a connection when 8 are busy, and each gets its own answer", async () => {
    await insert(Array.from({ length: 300 }, (_, _id) => ({ _id, text: `thing ${_id}` })));
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, _id) =>
        findDocuments<Thing>(commands, { find: "things", filter: { _id }, batchSize: 2 }),
      ),
    );
    expect(answers.flat().map(({ text }) => text)).toEqual(Array.from({ length: 300 }, (_, _id) => `thing ${_id}`));
    const { connections } = await test_.database.client.db("admin").command({ serverStatus: 1 });
    expect(connections.current).toBeLessThan(60);
  });
});

test("what rests and what waits is counted", async () => {
  await Promise.all(Array.from({ length: 8 }, () => commands.run({ ping: 1 })));
  proxy.holdAnswers(true);
  const answers = Promise.all(Array.from({ length: 12 }, () => commands.run({ ping: 1 })));
  await eventually(
    () => directCommandsState(client),
    ({ resting, waiting }) => resting === 0 && waiting === 4,
  );
  proxy.holdAnswers(false);
  await answers;
  expect(directCommandsState(client)).toEqual({ resting: 8, waiting: 0 });
});

test("a command without an answer ends at its limit, however long after the first look that is", async () => {
  // More than one look (each half second), less than two.
  const connections = new Connections(client, 700);
  const connection = await connections.take();
  proxy.loseAnswers(true);
  expect(await errorOf(connection.exchange({ ping: 1, $db: "admin" }, undefined))).toBeInstanceOf(
    MongoNetworkTimeoutError,
  );
  proxy.loseAnswers(false);
  connections.giveBack(connection);
  expect(connections.resting).toBe(0);
}, 60_000);

test("a slow command goes on when another connection of the same server breaks", async () => {
  await things().deleteMany({});
  await things().insertOne({ _id: 1, text: "one" });
  const connections = new Connections(client);
  const [slow, broken] = [await connections.take(), await connections.take()];
  // Longer than a server may take in whose place another one is the primary.
  const find = { find: "things", filter: { $where: "sleep(2500) || true" }, $db: test_.database.db.databaseName };
  const answer = slow.exchange(find, undefined);
  broken.tell(new MongoNetworkError("reset"));
  expect(await answer).toMatchObject({ ok: 1 });
  for (const connection of [slow, broken]) connections.giveBack(connection);
}, 60_000);

test("a connection that was closed while it rested does not rest any more", async () => {
  await Promise.all(Array.from({ length: 8 }, () => commands.run({ ping: 1 })));
  proxy.cut();
  await eventually(() => directCommandsState(client).resting === 0);
});

test("a command that ran into its own limit of time is not sent once more", async () => {
  await things().deleteMany({});
  await things().insertMany([
    { _id: 1, text: "one" },
    { _id: 2, text: "two" },
  ]);
  let sent = 0;
  const count = () => void sent++;
  client.on("commandStarted", count);
  const slow = { find: "things", filter: { $where: "sleep(200) || true" }, maxTimeMS: 20 };
  const error = await errorOf(commands.run(slow, { mayRepeat: true }));
  client.off("commandStarted", count);
  expect(error).toMatchObject({ code: 50 });
  expect(isDatabaseUnavailable(error)).toBe(true);
  expect(sent).toBe(1);
});

test("a command that got no connection in time is not worth repeating", async () => {
  await using narrow = new MongoClient(test_.uri, { maxPoolSize: 1, waitQueueTimeoutMS: 100 });
  await things().deleteMany({});
  await things().insertOne({ _id: 1, text: "one" });
  const isTaken = new Promise<unknown>((resolve) => narrow.once("connectionCheckedOut", resolve));
  const slow = { $where: "sleep(500) || true" };
  const taken = narrow.db().collection("things").findOne(slow);
  await isTaken;
  const error = await errorOf(narrow.db().command({ ping: 1 }));
  expect([isDatabaseUnavailable(error), isWorthRepeating(error)]).toEqual([true, false]);
  await taken;
});

describe("when the connection is lost", () => {
  beforeEach(() => things().deleteMany({}));
  const lost = (error: unknown) => error instanceof MongoNetworkError && isDatabaseUnavailable(error);

  test("a command under way fails, and the next one has a new connection", async () => {
    await commands.run({ ping: 1 });
    proxy.loseAnswers(true);
    const silent = errorOf(insert([{ _id: 1 }]));
    await eventually(async () => (await things().countDocuments()) === 1);
    proxy.cut();
    expect(lost(await silent)).toBe(true);
    proxy.loseAnswers(false);
    proxy.restore();
    expect(await insert([{ _id: 2 }])).toBe(1);
  });

  test("a command that may be repeated is sent once more", async () => {
    await commands.run({ ping: 1 });
    proxy.loseAnswers(true);
    const repeated = commands.run({ insert: "things", documents: [{ _id: 1 }] }, { mayRepeat: true });
    await eventually(async () => (await things().countDocuments()) === 1);
    proxy.cut();
    proxy.loseAnswers(false);
    proxy.restore();
    // It was carried out the first time: the second answer says so.
    expect(await repeated).toMatchObject({ n: 0, writeErrors: [{ code: 11_000 }] });
  });

  test("idle connections that were cut are not used again", async () => {
    await Promise.all(Array.from({ length: 8 }, () => commands.run({ ping: 1 })));
    proxy.cut();
    await eventually(() => directCommandsState(client).resting === 0);
    proxy.restore();
    // None may be repeated: one over a connection that is gone would fail.
    const answers = await Promise.all(Array.from({ length: 20 }, () => commands.run({ ping: 1 })));
    expect(answers.every(({ ok }) => ok === 1)).toBe(true);
  });

  test("commands fail while nothing is there, and work when it is back", async () => {
    proxy.cut();
    const errors = await Promise.all(Array.from({ length: 20 }, () => errorOf(commands.run({ ping: 1 }))));
    expect(errors.every(isDatabaseUnavailable)).toBe(true);
    proxy.restore();
    expect(await commands.run({ ping: 1 }, { mayRepeat: true })).toMatchObject({ ok: 1 });
  });
});

test("a closed client's commands fail", async () => {
  const closed = new MongoClient(test_.uri);
  const late = new DirectCommands(closed.db());
  await late.run({ ping: 1 });
  await closed.close();
  expect(await errorOf(late.run({ ping: 1 }))).toBeInstanceOf(Error);
});
