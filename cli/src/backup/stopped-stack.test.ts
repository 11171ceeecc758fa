import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { sharedTestMongod } from "@pos/local-mongodb/test-server";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { stackLayout } from "../stack/layout.ts";
import { lockHolder, takeLock } from "../lock.ts";
import { processesEndingWith } from "../process-ref.ts";
import { killOther } from "../test/kill.ts";
import { firstOfThreeFreePorts, mongodBinary, until } from "../test/local-stack.ts";
import { type Ran, type World, world } from "../test/world.ts";
import { fileHash } from "./bson-file.ts";
import { collectionPath, manifestPath, readManifest } from "./manifest.ts";

setDefaultTimeout(120_000);

// A stack that was stopped, with a backup of it: backup and restore start its MongoDB meanwhile.

let user: World;
let dataDir: string;
let folder: string;

const here = (...argv: readonly string[]): Promise<Ran> => user.run([...argv, "--data-dir", dataDir]);

beforeAll(async () => {
  user = await world();
  user.env["MONGOD_BIN"] = await mongodBinary();
  dataDir = join(user.home, "data");
  folder = join(user.home, "monday");
  expect(await here("up", "-d", "--port", String(firstOfThreeFreePorts()))).toMatchObject({ exit: 0 });
  expect(await here("backup", folder)).toMatchObject({ exit: 0 });
  expect(await here("down")).toMatchObject({ exit: 0 });
});
afterAll(async () => {
  await here("down");
  await user.remove();
});

const lockFile = () => stackLayout({ env: {}, cwd: user.home } as never, dataDir).lockFile;

/** Begins a command, and waits until it works on the data. */
async function begin(...argv: readonly string[]): Promise<Promise<Ran>[]> {
  const running = here(...argv);
  await until("its lock", async () => (await lockHolder(lockFile())) !== undefined);
  return [running];
}

const partials = async () => (await readdir(user.home)).filter((name) => name.endsWith(".partial"));

test("a folder that takes no backup is refused before a MongoDB is started for it", async () => {
  const log = join(dataDir, "mongodb", "mongod.log");
  const before = await readFile(log, "utf8");
  const stderr = `error: ${folder} is not empty.\nTry: name a new folder\n`;
  expect(await here("backup", folder)).toEqual({ exit: 2, stdout: "", stderr });
  expect(await readFile(log, "utf8")).toBe(before);
});

test("another MongoDB that MONGO_URI names is neither taken for the stack's own nor filled", async () => {
  const server = await sharedTestMongod();
  const env = { MONGO_URI: server.uri("any") };
  const other = join(user.home, "other");
  expect(await user.run(["backup", other, "--data-dir", dataDir], { env })).toMatchObject({ exit: 0 });
  const { databases } = await readManifest(other);
  expect(databases).toEqual((await readManifest(folder)).databases);
  const restored = await user.run(["restore", folder, "--replace", "--yes", "--data-dir", dataDir], { env });
  expect([restored.exit, restored.stderr]).toEqual([0, expect.not.stringContaining("from MONGO_URI")]);
});

test("Ctrl-C ends a backup with what it had begun", async () => {
  const [backup] = await begin("backup", join(user.home, "tuesday"));
  user.signal("SIGINT");
  expect(await backup).toMatchObject({ exit: 130, stderr: expect.stringContaining("Interrupted.") });
  expect(await partials()).toEqual([]);
  expect((await here("down")).stderr).toBe("Nothing is running here.\n");
});

test("Ctrl-C ends a restore with the mongod that it had started", async () => {
  const [restore] = await begin("restore", folder, "--replace", "--yes");
  user.signal("SIGTERM");
  expect(await restore).toMatchObject({ exit: 130, stderr: expect.stringContaining("Interrupted.") });
  expect((await here("down")).stderr).toBe("Nothing is running here.\n");
});

test("down leaves a restore alone", async () => {
  const [restore] = await begin("restore", folder, "--replace", "--yes");
  const refusal = { exit: 1, stderr: expect.stringContaining("restore is working on this data (pid ") };
  expect(await here("down")).toMatchObject(refusal);
  expect(await here("down", "--volumes", "--yes")).toMatchObject(refusal);
  expect(await restore).toMatchObject({ exit: 0 });
});

test.each(["backup", "restore"])("a %s that is killed leaves no mongod that keeps the next one away", async (verb) => {
  const argv = verb === "backup" ? [join(user.home, "killed")] : [folder, "--replace", "--yes"];
  const main = join(import.meta.dir, "../main.ts");
  const child = Bun.spawn([process.execPath, main, verb, ...argv, "--data-dir", dataDir], { env: user.env });
  const dbPath = `--dbpath ${join(dataDir, "mongodb", "db")}`;
  await until("its mongod", () => processesEndingWith(dbPath).length > 0);
  killOther(child.pid);
  await child.exited;
  expect(await here(verb, ...argv)).toMatchObject({ exit: 0 });
  expect(processesEndingWith(dbPath)).toEqual([]);
});

test("up and backup want a restore that broke off half-way done again", async () => {
  const broken = join(user.home, "broken");
  await cp(folder, broken, { recursive: true });
  const users = collectionPath(broken, "userdb", "users");
  await writeFile(users, gzipSync("no document"));
  const manifest = await readManifest(broken);
  const facts = { documents: 1, sha256: await fileHash(users) };
  const databases = { ...manifest.databases, userdb: { ...manifest.databases.userdb, users: facts } };
  await writeFile(manifestPath(broken), JSON.stringify({ ...manifest, databases }));
  expect(await here("restore", broken, "--replace", "--yes")).toMatchObject({ exit: 1 });

  const again = `ordersctl restore ${broken} --replace --data-dir ${dataDir}`;
  const refusal = { exit: 1, stderr: expect.stringContaining(`Try: ${again}\n`) };
  expect(await here("up")).toMatchObject(refusal);
  expect(await here("up", "-d")).toMatchObject(refusal);
  expect(await here("backup", join(user.home, "wednesday"))).toMatchObject(refusal);
  const doctor = await here("doctor", "-o", "json");
  expect(doctor.exit).toBe(6);
  expect(JSON.parse(doctor.stdout)).toContainEqual({
    name: "Stack",
    status: "problem",
    detail: expect.stringContaining("did not finish"),
    fix: again,
  });
  const lock = await takeLock(lockFile(), "restore");
  const atWork = { name: "Stack", status: "problem", detail: `restore is working on this data (pid ${process.pid}).` };
  expect(JSON.parse((await here("doctor", "-o", "json")).stdout)).toContainEqual(expect.objectContaining(atWork));
  if ("release" in lock) await lock.release();

  expect(await here("restore", folder, "--replace", "--yes")).toMatchObject({ exit: 0 });
  expect(await here("up", "-d")).toMatchObject({ exit: 0 });
  expect(await here("down")).toMatchObject({ exit: 0 });
});
