import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findMongod } from "@pos/local-mongodb/find";
import { type RunningReplicaSet, startReplicaSet } from "@pos/local-mongodb/replica-set";
import { testDatabase } from "@pos/testing/database";
import { MongoClient } from "mongodb";
import { type DatabaseUris, dump } from "./dump.ts";
import { load } from "./load.ts";
import { readManifest } from "./manifest.ts";

setDefaultTimeout(120_000);

const tools = {
  now: () => Date.now(),
  sleep: async (milliseconds: number) => await Bun.sleep(milliseconds),
  say: () => {},
  warn: () => {},
};

let root: string;
let set: RunningReplicaSet;
/** orderdb is asked at a secondary. */
let uris: DatabaseUris;
let primary: string;
let backup: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "secondary-"));
  const { path: binary } = await findMongod({ env: process.env, log: () => undefined });
  set = await startReplicaSet({ binary, dataDir: join(root, "set"), members: 2 });
  await using client = new MongoClient(set.uri("orderdb"));
  const hello = await client.db().command({ hello: 1 });
  primary = String(hello["primary"]);
  const secondary = set.members.find(({ port }) => !primary.endsWith(`:${port}`));
  const [user, product] = await Promise.all([testDatabase("user"), testDatabase("product")]);
  await product.database.db.collection("products").insertOne({ name: "Lamp" });
  const orderdb = `mongodb://127.0.0.1:${secondary?.port}/orderdb?directConnection=true`;
  uris = { userdb: user.uri, productdb: product.uri, orderdb };
  backup = join(root, "monday");
  await dump(backup, { ...uris, orderdb: set.uri("orderdb") }, tools);
});
afterAll(async () => {
  await set.stop();
  await rm(root, { recursive: true, force: true });
});

const refusal = () => ({
  name: "CliError",
  message: "The connection string of orderdb points to a member that is not the primary.",
  tries: [`the same command with the primary, ${primary}`],
});

test("a restore through a secondary is refused before anything is emptied", async () => {
  const begun: string[] = [];
  const begins = async () => void begun.push("begun");
  const loading = load(backup, { manifest: await readManifest(backup), uris, replace: true }, { ...tools, begins });
  expect(await loading.catch((error: unknown) => error)).toMatchObject(refusal());
  expect(begun).toEqual([]);
  await using client = new MongoClient(uris.productdb);
  expect(await client.db().collection("products").countDocuments()).toBe(1);
});

test("a backup through a secondary, which may lag behind the products, is refused", async () => {
  const target = join(root, "tuesday");
  expect(await dump(target, uris, tools).catch((error: unknown) => error)).toMatchObject(refusal());
  expect((await readdir(root)).sort()).toEqual(["monday", "set"]);
});

test("a backup reads from the primary, whatever its connection string prefers", async () => {
  const preference = "readPreference=secondary&maxStalenessSeconds=90&readPreferenceTags=dc:ny";
  const preferring = Object.entries(uris).map(([name, uri]) => [name, `${uri}&${preference}`]);
  const { orderdb: _, ...others } = Object.fromEntries(preferring) as Record<keyof DatabaseUris, string>;
  const { databases } = await dump(join(root, "wednesday"), { ...others, orderdb: set.uri("orderdb") }, tools);
  expect(databases.productdb["products"]?.documents).toBe(1);
});
