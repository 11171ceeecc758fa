import { afterAll, beforeAll, expect, test } from "bun:test";
import { type TestDatabase, testDatabase } from "@pos/testing/database";
import { type MongoError, UUID } from "mongodb";
import { DirectCommands } from "./direct-commands.ts";
import { write } from "./runner.ts";
import { DirectSession } from "./session.ts";

let test_: TestDatabase;
let commands: DirectCommands;
beforeAll(async () => {
  test_ = await testDatabase("directSession");
  await test_.database.db.createCollection("things");
  commands = new DirectCommands(test_.database.db);
});
afterAll(() => test_.drop());

const insert = (session: DirectSession, _id: string) => write(session, { insert: "things", documents: [{ _id }] });
const exists = async (_id: string) =>
  (await test_.database.db.collection<{ _id: string }>("things").countDocuments({ _id })) === 1;

test("what was committed is there, what was aborted is not, and one follows the other", async () => {
  const session = new DirectSession(commands);
  session.begin();
  await insert(session, "kept");
  expect(await exists("kept")).toBe(false);
  await session.commit();
  session.begin();
  await insert(session, "undone");
  await session.abort();
  session.begin();
  await insert(session, "kept too");
  await session.commit();
  await session.commit();
  expect(await Promise.all(["kept", "undone", "kept too"].map(exists))).toEqual([true, false, true]);
});

test("a transaction in which nothing was done takes no command", async () => {
  const sent: string[] = [];
  const session = new DirectSession({ run: async (command) => (sent.push(...Object.keys(command)), {}) });
  session.begin();
  await session.commit();
  session.begin();
  await session.abort();
  expect(sent).toEqual([]);
  await expect(session.run({ ping: 1 })).rejects.toThrow("no transaction");
});

test("the next transaction ends one that was left open", async () => {
  const session = new DirectSession(commands);
  session.begin();
  await insert(session, "left");
  session.begin();
  await insert(session, "next");
  await session.commit();
  expect(await Promise.all(["left", "next"].map(exists))).toEqual([false, true]);
});

test("of two that write the same document one is told to try again", async () => {
  const [first, second] = [new DirectSession(commands), new DirectSession(commands)];
  first.begin();
  second.begin();
  await insert(first, "same");
  const error = await insert(second, "same").then(
    () => undefined,
    (thrown: MongoError) => thrown,
  );
  await first.commit();
  // The server has ended it already.
  await second.abort().catch(() => undefined);
  expect(error?.hasErrorLabel("TransientTransactionError")).toBe(true);
});

test("others end an open transaction by the session's id", async () => {
  const session = new DirectSession(commands);
  session.begin();
  await insert(session, "killed");
  await test_.database.client.db("admin").command({ killSessions: [{ id: new UUID(session.id) }] });
  await expect(session.commit()).rejects.toThrow();
  session.begin();
  await insert(session, "killed");
  await session.commit();
  expect(await exists("killed")).toBe(true);
});
