import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { testDatabase, type TestDatabase } from "@pos/testing/database";
import { eventually } from "@pos/testing/eventually";
import { BSON, type Document, MongoClient, MongoNetworkTimeoutError } from "mongodb";
import { isDatabaseUnavailable } from "../errors.ts";
import { DirectCommands } from "./direct-commands.ts";
import { findPage } from "./runner.ts";

setDefaultTimeout(120_000);

let test_: TestDatabase;
let client: MongoClient;
let commands: DirectCommands;
let told: string[] = [];
let sentBytes = 0;
let killed = 0;
beforeAll(async () => {
  test_ = await testDatabase("pages");
  client = new MongoClient(test_.uri, { monitorCommands: true });
  commands = new DirectCommands(client.db());
  client.on("commandSucceeded", ({ commandName, reply }) => {
    told.push(commandName);
    const { cursor, cursorsKilled = [] } = reply as Document;
    for (const { length } of cursor?.firstBatch ?? cursor?.nextBatch ?? []) sentBytes += length;
    killed += cursorsKilled.length;
  });
});
beforeEach(async () => {
  await client.db().collection("things").deleteMany({});
  await client.db().collection("things").insertMany(documents());
  told = [];
  sentBytes = 0;
  killed = 0;
});
afterAll(async () => {
  await client.close();
  await test_.drop();
});

/** 300 small ones, then 300 of 70 KB. */
const documents = () =>
  Array.from({ length: 600 }, (_, _id) => ({ _id: _id as never, text: "x".repeat(_id < 300 ? 100 : 70_000) }));

/** The ids of a page, and whether others follow. */
async function page(limit: number, from = 0) {
  const query = { find: "things", filter: { _id: { $gte: from } }, sort: { _id: 1 }, limit };
  const { found, hasMore } = await findPage(commands, query);
  return { ids: found.map((bytes) => BSON.deserialize(bytes)["_id"] as number), hasMore };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

test("a page of 20 is one command", async () => {
  expect(await page(20)).toEqual({ ids: range(0, 20), hasMore: true });
  expect(await page(20, 585)).toEqual({ ids: range(585, 599), hasMore: true });
  expect(told).toEqual(["find", "find"]);
});

test("a page of small documents is two commands whatever its length", async () => {
  expect(await page(250)).toEqual({ ids: range(0, 250), hasMore: true });
  expect(told).toEqual(["find", "getMore"]);
});

test("a page that nothing follows ends with its last document", async () => {
  expect(await page(1000, 590)).toEqual({ ids: range(590, 600), hasMore: false });
  expect(told).toEqual(["find"]);
});

test("of large documents little more leaves the database than a page holds, and no cursor stays open", async () => {
  expect(await page(1000, 300)).toEqual({ ids: range(300, 314), hasMore: true });
  await eventually(() => killed === 1);
  expect(told).toEqual(["find", "killCursors"]);
  expect(sentBytes).toBeLessThan(2 * 1024 * 1024);
});

test("large documents behind small ones end the page as well", async () => {
  const { ids, hasMore } = await page(1000, 279);
  expect([ids, hasMore]).toEqual([range(279, 314), true]);
});

test("a page whose next batch gets no connection leaves no cursor open", async () => {
  const busy = {
    run: (command: Document) =>
      "getMore" in command ? Promise.reject(new MongoNetworkTimeoutError("busy")) : commands.run(command),
  };
  const query = { find: "things", filter: {}, sort: { _id: 1 }, limit: 250 };
  await expect(findPage(busy, query)).rejects.toThrow("busy");
  await eventually(() => killed === 1);
  expect(told).toEqual(["find", "killCursors"]);
});

test("a page whose cursor ended with its server is asked for once more, where a command may be repeated", async () => {
  const endings = (times: number) => ({
    run: async (command: Document) => {
      if ("getMore" in command && times-- > 0)
        await commands.run({ killCursors: "things", cursors: [command["getMore"]] });
      return commands.run(command);
    },
  });
  const query = { find: "things", filter: {}, sort: { _id: 1 }, limit: 250 };
  const { found, hasMore } = await findPage(endings(1), query, { mayRepeat: true });
  expect([found.length, hasMore]).toEqual([250, true]);
  const ended = { codeName: "CursorNotFound" };
  await expect(findPage(endings(2), query, { mayRepeat: true })).rejects.toMatchObject(ended);
  await expect(findPage(endings(1), query)).rejects.toMatchObject(ended);
});

test("a cursor that ended with its server means that the database is away", async () => {
  const error: unknown = await commands.run({ getMore: 7n, collection: "things" }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ codeName: "CursorNotFound" });
  expect(isDatabaseUnavailable(error)).toBe(true);
});
