import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findMongod } from "@pos/local-mongodb/find";
import { freePort } from "@pos/local-mongodb/free-port";
import { endProcess, type MongodProcess, spawnMongod } from "@pos/local-mongodb/mongod-process";
import { MongoClient, MongoServerError, UUID } from "mongodb";
import { type DatabaseWish, readDatabaseWish } from "./database-wish.ts";
import { DatabaseInitError } from "./initialise-database.ts";
import { runDatabaseInit } from "./run-database-init.ts";

let folder: string;
let mongod: MongodProcess | undefined;
let wish: DatabaseWish;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "db-init-"));
  const port = freePort();
  await writeFile(join(folder, "key"), randomBytes(300).toString("base64"), { mode: 0o600 });
  const { path } = await findMongod({ env: process.env, log: () => {} });
  const set = ["--replSet", "rs0", "--keyFile", join(folder, "key"), "--wiredTigerCacheSizeGB", "0.25"];
  const place = ["--dbpath", folder, "--port", String(port), "--bind_ip", "127.0.0.1", "--nounixsocket"];
  const output = { logPath: join(folder, "mongod.log"), lifetime: "with-parent" } as const;
  mongod = await spawnMongod([path, ...place, ...set], output);
  wish = readDatabaseWish({
    DB_INIT_PORT: String(port),
    DB_INIT_MEMBERS: `127.0.0.1:${port}`,
    DB_INIT_DATABASE: "productdb",
    DB_INIT_USER: "product-service",
    DB_INIT_PASSWORD: "first-password",
    DB_INIT_ROOT_PASSWORD: "administrator-password",
  });
});

afterAll(async () => {
  if (mongod !== undefined) await endProcess(mongod, "SIGKILL");
  await rm(folder, { recursive: true });
});

async function init(changes: Partial<DatabaseWish> = {}): Promise<string[]> {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  await runDatabaseInit({ ...wish, ...changes }, { watch: false, signal: AbortSignal.timeout(60_000), say });
  return lines.filter((line) => !line.startsWith("waiting"));
}

test("a new mongod becomes a replica set with an administrator and the service's user", async () => {
  expect(await init()).toEqual([
    `created replica set rs0 of ${wish.members[0]}`,
    "created the administrator",
    "created user product-service of productdb",
    "productdb is ready",
  ]);
});

test("a second run changes nothing", async () => {
  expect(await init()).toEqual(["productdb is ready"]);
});

test("the service's user has its own database and no other", async () => {
  await using client = await connect("first-password");
  const own = client.db("productdb").collection("products");
  await own.createIndex({ name: 1 });
  await own.insertOne({ name: "lamp" });
  expect(await own.countDocuments()).toBe(1);
  for (const refused of [
    () => client.db("userdb").collection("users").findOne(),
    () => client.db("userdb").collection("users").insertOne({}),
    () => client.db("admin").command({ usersInfo: 1 }),
    () => client.db("admin").command({ replSetGetConfig: 1 }),
    () => client.db("productdb").command({ createUser: "intruder", pwd: "intruder", roles: [] }),
  ]) {
    expect(await codeOf(refused)).toBe(13);
  }
});

test("the service's user may end the transaction of its own killed process", async () => {
  await using killed = await connect("first-password");
  await using successor = await connect("first-password");
  const session = killed.startSession();
  session.startTransaction();
  await killed
    .db("productdb")
    .collection("products")
    .updateOne({ name: "lamp" }, { $set: { stock: 1 } }, { session });
  const id = session.id?.id as UUID;
  await successor.db("admin").command({ killSessions: [{ id }] });
  await successor
    .db("productdb")
    .collection("products")
    .updateOne({ name: "lamp" }, { $set: { stock: 2 } });
  expect(await codeOf(() => session.commitTransaction())).toBe(251);
  await session.endSession().catch(() => undefined);
});

test("a new password replaces the old one", async () => {
  expect(await init({ password: "second-password" })).toEqual([
    "corrected user product-service of productdb",
    "productdb is ready",
  ]);
  await using client = await connect("second-password");
  expect(await client.db("productdb").collection("products").countDocuments()).toBe(1);
});

test("another administrator's password is refused, not waited for", async () => {
  const failed = await init({ rootPassword: "of-somebody-else" }).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(DatabaseInitError);
  expect(String(failed)).toContain("another password than DB_INIT_ROOT_PASSWORD");
});

test("every missing or wrong variable is named, and no value is shown", () => {
  const environment = { DB_INIT_MEMBERS: "no port", DB_INIT_PASSWORD: "changeme-please", DB_INIT_DATABASE: "userdb" };
  const problems = problemsOf(() => readDatabaseWish(environment));
  expect(problems.map((problem) => problem.split(" ")[0])).toEqual([
    "DB_INIT_MEMBERS",
    "DB_INIT_USER",
    "DB_INIT_PASSWORD",
    "DB_INIT_ROOT_PASSWORD",
  ]);
  expect(problems.join()).not.toContain("please");
});

test("of several members only the first makes the replica set", () => {
  const environment = {
    DB_INIT_MEMBERS: "mongodb-user-0.mongodb-user:27017,mongodb-user-1.mongodb-user:27017",
    DB_INIT_DATABASE: "userdb",
    DB_INIT_USER: "user-service",
    DB_INIT_PASSWORD: "first-password",
    DB_INIT_ROOT_PASSWORD: "administrator-password",
  };
  expect(readDatabaseWish({ ...environment, DB_INIT_SELF: "mongodb-user-0" }).isInitiator).toBe(true);
  expect(readDatabaseWish({ ...environment, DB_INIT_SELF: "mongodb-user-1" }).isInitiator).toBe(false);
});

const connect = (password: string) =>
  new MongoClient(`mongodb://product-service:${password}@${wish.members[0]}/productdb?replicaSet=rs0`).connect();

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof AggregateError) return error.errors.map(String);
    throw error;
  }
  return [];
}

async function codeOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error instanceof MongoServerError ? error.code : error;
  }
  return "it worked";
}
