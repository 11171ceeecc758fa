import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { rm } from "node:fs/promises";
import { MongoClient } from "mongodb";
import { checkMongoUri } from "./check-uri.ts";
import { accepts } from "./test/accepts.ts";
import { type RunningReplicaSet, startReplicaSet } from "./replica-set.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { testBinary } from "./test/binary.ts";

// A mongod on a busy machine may take longer than the runner's 5 s.
setDefaultTimeout(120_000);

let root: string;
let set: RunningReplicaSet;
let client: MongoClient;

beforeAll(async () => {
  root = await temporaryDirectory("pos-set-");
  const started = performance.now();
  set = await startReplicaSet({ binary: await testBinary(), dataDir: root });
  console.log(`three members serve after ${Math.round(performance.now() - started)} ms`);
  client = new MongoClient(set.uri("notes"), { serverSelectionTimeoutMS: 20_000 });
});
afterAll(async () => {
  await client.close();
  await set.stop();
  for (const { port } of set.members) expect(await accepts(port)).toBe(false);
  await rm(root, { recursive: true, force: true });
});

async function states(): Promise<Map<number, string>> {
  const status = await client.db("admin").command({ replSetGetStatus: 1 });
  const members: { name: string; stateStr: string }[] = status["members"];
  return new Map(members.map(({ name, stateStr }) => [Number(name.split(":")[1]), stateStr]));
}

test("has one primary and two secondaries", async () => {
  expect([...(await states()).values()].sort()).toEqual(["PRIMARY", "SECONDARY", "SECONDARY"]);
});

test("checkMongoUri refuses a MONGO_URI that leads to a secondary, and names the primary", async () => {
  const found = [...(await states())];
  const portOf = (wanted: string) => found.find(([, state]) => state === wanted)?.[0];
  const direct = (port: number | undefined) => checkMongoUri(`mongodb://127.0.0.1:${port}/?directConnection=true`);
  expect((await direct(portOf("PRIMARY"))).replicaSet).toBe("rs0");
  const error: unknown = await direct(portOf("SECONDARY")).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    problem: "no-primary",
    message: `MONGO_URI points to a member of the replica set rs0 that is not the primary. Use 127.0.0.1:${portOf("PRIMARY")} instead.`,
  });
});

test("keeps what a majority acknowledged when the primary is killed, and takes it back when it restarts", async () => {
  const notes = client.db().collection("notes");
  await notes.insertOne({ note: "before" }, { writeConcern: { w: "majority" } });
  const primaryPort = [...(await states())].find(([, state]) => state === "PRIMARY")?.[0];
  const member = set.members.find(({ port }) => port === primaryPort);
  if (!member) throw new Error("no primary");
  const firstPid = member.pid;
  await member.kill();
  await notes.insertOne({ note: "while it is away" }, { writeConcern: { w: "majority" } });
  expect((await states()).get(member.port)).not.toBe("PRIMARY");
  await member.restart();
  expect(member.pid).not.toBe(firstPid);
  expect(["PRIMARY", "SECONDARY"]).toContain((await states()).get(member.port) ?? "");
  expect(await notes.countDocuments()).toBe(2);
});

test("without a majority it has no primary, and checkMongoUri says so with the names of the members", async () => {
  const [first, second, third] = set.members;
  await Promise.all([first?.kill(), second?.kill()]);
  const alone = new MongoClient(`mongodb://127.0.0.1:${third?.port}/?directConnection=true`);
  while ((await alone.db("admin").command({ hello: 1 }))["isWritablePrimary"]) await Bun.sleep(20);
  await alone.close();
  const error: unknown = await checkMongoUri(set.uri("notes")).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: "MongoUriError", problem: "no-primary" });
  expect(String(error)).toContain(set.members.map(({ port }) => `127.0.0.1:${port}`).join(", "));
  await first?.restart();
  expect((await checkMongoUri(set.uri("notes"))).replicaSet).toBe("rs0");
});
