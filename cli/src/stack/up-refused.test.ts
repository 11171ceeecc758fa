import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { sharedTestMongod } from "@pos/local-mongodb/test-server";
import { MongoClient } from "mongodb";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isFree } from "@pos/local-mongodb/free-port";
import { endProcess, type MongodProcess, spawnMongod } from "@pos/local-mongodb/mongod-process";
import { firstOfThreeFreePorts, isRunning, mongodBinary, stateOf, until } from "../test/local-stack.ts";
import { type World, world } from "../test/world.ts";
import { serviceNames, stackLayout } from "./layout.ts";
import { upElsewhere } from "./ports.ts";
import { livingProcesses } from "./state.ts";

setDefaultTimeout(120_000);

let user: World;
let port: number;
let mongodPath: string;

beforeAll(async () => {
  user = await world();
  port = firstOfThreeFreePorts();
  mongodPath = await mongodBinary();
});
afterAll(() => user.remove());

const dataDir = (name: string): string => join(user.home, name);

/** Starts a stack with further variables; it has to end by itself or by Ctrl-C. */
const up = (name: string, env: Readonly<Record<string, string>>, ...argv: readonly string[]) =>
  user.run(["up", "--data-dir", dataDir(name), "--port", String(port), ...argv], { env });

test("a standalone MongoDB is refused with the next step, and no service is started", async () => {
  const [server, serverPort] = await standalone();
  try {
    const { exit, stdout, stderr } = await up("standalone", { MONGO_URI: `mongodb://127.0.0.1:${serverPort}/` });
    expect([exit, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("replica set");
    expect(stderr).toContain("--replSet");
    expect(await stateOf(dataDir("standalone"))).toMatchObject({
      phase: "failed",
      services: { user: { restarts: 0 } },
    });
    expect(await readFile(join(dataDir("standalone"), "logs", "user.log"), "utf8").catch(() => "none")).toBe("none");
    const env = { MONGO_URI: `mongodb://127.0.0.1:${serverPort}/` };
    const doctor = await user.run(["doctor", "--data-dir", dataDir("new"), "-o", "json"], { env });
    expect(doctor.exit).toBe(6);
    const checks = JSON.parse(doctor.stdout) as readonly { name: string }[];
    expect(checks.find(({ name }) => name === "MongoDB")).toMatchObject({ status: "problem" });
  } finally {
    await endProcess(server, "SIGKILL");
  }
});

test("a replica set of one's own is used and left running", async () => {
  const server = await sharedTestMongod();
  const client = await new MongoClient(server.uri("admin")).connect();
  try {
    const running = up("own", {
      MONGO_URI: server.uri("any"),
      ADMIN_EMAIL: "ada@example.com",
      ADMIN_PASSWORD: "a long password",
    });
    await until("ready", async () => (await stateOf(dataDir("own")))?.phase === "ready");
    const state = await stateOf(dataDir("own"));
    expect(state?.mongod).toBeUndefined();
    expect(await user.json("whoami")).toMatchObject({ email: "ada@example.com", role: "admin" });
    expect(await client.db("userdb").collection("users").countDocuments()).toBe(1);
    const env = { MONGO_URI: server.uri("any") };
    const backup = (folder: string, variables: Readonly<Record<string, string>> = {}) =>
      user.run(["backup", join(user.home, folder), "--data-dir", dataDir("own")], { env: variables });
    const isNotHere = { exit: 1, stderr: expect.stringContaining("is not here, and MONGO_URI is not set.") };
    expect(await backup("without")).toMatchObject(isNotHere);
    expect(await backup("running", env)).toMatchObject({ exit: 0, stderr: expect.stringContaining("users: 1 doc") });
    const migrate = await user.run(["db", "migrate", "--data-dir", dataDir("own")]);
    expect(migrate).toMatchObject({ exit: 5, stderr: expect.stringContaining("no stack's MongoDB is running here") });
    user.signal("SIGINT");
    const { exit, stderr } = await running;
    expect(exit).toBe(0);
    // A mongod of the stack's own would be a new one, and the backup one of nothing.
    expect(await backup("stopped without")).toMatchObject(isNotHere);
    expect(await backup("stopped", env)).toMatchObject({ exit: 0, stderr: expect.stringContaining("users: 1 doc") });
    expect(stderr).toContain("MONGO_URI, replica set rs0");
    // A password that somebody chose is not printed.
    expect(stderr).not.toContain("a long password");
    expect(state === undefined ? undefined : livingProcesses(state)).toEqual([]);
    expect(await client.db("admin").command({ ping: 1 })).toMatchObject({ ok: 1 });
  } finally {
    for (const name of ["userdb", "productdb", "orderdb"]) await client.db(name).dropDatabase();
    await client.close();
  }
});

test("ports that an administrator alone may take are not suggested", () => {
  const layout = stackLayout({ env: {}, cwd: user.home } as never, "/var/tmp/second");
  const suggested = (first: number) => upElsewhere({ user: first, product: first + 1, order: first + 2 }, layout);
  expect(suggested(80)).toBe("ordersctl up --port 3001 --data-dir /var/tmp/second");
  expect(suggested(4001)).toBe("ordersctl up --port 4101 --data-dir /var/tmp/second");
});

test("what is suggested means a data directory with blanks and quotes as one word", async () => {
  const { stderr } = await user.run(["status", "--data-dir", join(user.home, "it's here")]);
  expect(stderr).toContain(`Try: ordersctl up --data-dir '${user.home}/it'\\''s here'\n`);
});

test("a service that cannot start is told with its reason, and the others are stopped", async () => {
  // What an earlier start logged is no reason of this one; it may be cut in the middle, too.
  const old = { level: "error", time: new Date(Date.now() - 60_000).toISOString(), msg: "of yesterday" };
  const earlier = Array.from({ length: 300 }, () => `${JSON.stringify({ ...old, padding: "x".repeat(100) })}\n`);
  await mkdir(join(dataDir("broken"), "logs"), { recursive: true, mode: 0o700 });
  for (const name of serviceNames) await writeFile(join(dataDir("broken"), "logs", `${name}.log`), earlier.join(""));
  const { exit, stdout, stderr } = await up("broken", { MONGOD_BIN: mongodPath, LOG_LEVEL: "loud" });
  expect([exit, stdout]).toEqual([1, ""]);
  expect(stderr).not.toMatch(/of yesterday|padding/);
  expect(stderr).toMatch(/error: \w+-service ended with exit code 1\.\n/);
  expect(stderr).toContain("LOG_LEVEL");
  expect(stderr).toMatch(/Try: less .*\.log\n     ordersctl doctor/);
  const state = await stateOf(dataDir("broken"));
  expect(state?.phase).toBe("failed");
  expect(state === undefined ? undefined : livingProcesses(state)).toEqual([]);
});

test("up -d tells why it did not come up", async () => {
  const { exit, stdout, stderr } = await up("broken", { MONGOD_BIN: mongodPath, LOG_LEVEL: "loud" }, "-d");
  expect([exit, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("LOG_LEVEL");
  expect(stderr).toContain("Try: less ");
});

test("an administrator that is refused is not kept for the next start", async () => {
  const given = { ADMIN_EMAIL: "ada@example.com", ADMIN_PASSWORD: "administrator" };
  const refused = await up("weak", { MONGOD_BIN: mongodPath, ...given });
  expect([refused.exit, refused.stderr]).toEqual([1, expect.stringContaining("ADMIN_PASSWORD is one of")]);
  const { exit, stderr } = await up("weak", { MONGOD_BIN: mongodPath }, "-d");
  expect([exit, stderr]).toEqual([0, expect.stringMatching(/Admin +admin@example\.com, password \S{20}\n +signed in/)]);
  expect((await user.run(["down", "--data-dir", dataDir("weak")])).exit).toBe(0);
});

test("a home that takes no sign-in is noticed before anything starts", async () => {
  const { exit, stderr } = await up("no-home", { MONGOD_BIN: mongodPath, XDG_CONFIG_HOME: "/proc/none" });
  const what = "/proc/none/ordersctl cannot be used as a folder: a part of the path does not exist.";
  expect([exit, stderr, await stateOf(dataDir("no-home"))]).toEqual([
    1,
    `error: ${what}\nTry: set XDG_CONFIG_HOME to a folder of your own\n`,
    undefined,
  ]);
});

test("a data folder that is none is told in words", async () => {
  const file = dataDir("file");
  await writeFile(file, "");
  for (const [path, why] of [
    [file, "there is a file of this name"],
    [join(file, "inner"), "a part of the path is not a folder"],
    ["/proc/none", "a part of the path does not exist"],
  ])
    expect(await user.run(["up", "--data-dir", path ?? ""])).toEqual({
      exit: 1,
      stdout: "",
      stderr: `error: ${path} cannot be used as a folder: ${why}.\nTry: ordersctl up --data-dir …   (a folder of your own)\n`,
    });
  for (const verb of ["status", "down"])
    expect((await user.run([verb, "--data-dir", file])).stderr).toBe(
      `error: ${join(file, "state.json")} cannot be read: a part of the path is not a folder.\n`,
    );
});

test("a damaged secrets.json is not to be removed: what it holds is told", async () => {
  await mkdir(dataDir("damaged"));
  await writeFile(join(dataDir("damaged"), "secrets.json"), "{");
  const { exit, stderr } = await up("damaged", { MONGOD_BIN: mongodPath });
  expect([exit, stderr]).toEqual([1, expect.stringContaining("the signing keys are encrypted with")]);
  expect(stderr).toContain(`Try: fix ${join(dataDir("damaged"), "secrets.json")}, or restore a copy of it`);
  expect(stderr).not.toContain("remove");
});

test("a MONGO_URI that leads nowhere is refused, and doctor finds it", async () => {
  const uri = { MONGO_URI: "mongodb://127.0.0.1:1/?replicaSet=rs0" };
  const { exit, stderr } = await up("nowhere", uri);
  expect([exit, stderr]).toEqual([1, expect.stringContaining("MONGO_URI")]);
  expect((await user.run(["doctor"], { env: uri })).exit).toBe(6);
});

test("a MONGOD_BIN that is none is refused", async () => {
  const { exit, stderr } = await up("no-binary", { MONGOD_BIN: "/bin/false" });
  expect(exit).toBe(1);
  expect(stderr).toContain("MONGOD_BIN");
});

test("Ctrl-C while a mongod is fetched ends it: nothing is tried again", async () => {
  const bin = join(user.home, "slow-bin");
  const called = join(bin, "called");
  await mkdir(bin);
  await writeFile(join(bin, "python3"), `#!/bin/sh\necho "$$" >> ${called}\nexec /bin/sleep 100\n`, { mode: 0o755 });
  // Port 1 of this machine answers as a host that a firewall closes.
  process.env["MONGOMS_DOWNLOAD_MIRROR"] = "http://127.0.0.1:1/";
  try {
    const running = up("fetching", { PATH: bin, XDG_CACHE_HOME: join(user.home, "empty-cache") });
    await until("pip", () => existsSync(called));
    user.signal("SIGINT");
    const { exit, stderr } = await running;
    expect([exit, stderr]).toEqual([0, expect.stringContaining("Everything has stopped")]);
    const pids = (await readFile(called, "utf8")).trim().split("\n");
    expect([pids.length, await isRunning(Number(pids[0]))]).toEqual([1, false]);
  } finally {
    delete process.env["MONGOMS_DOWNLOAD_MIRROR"];
  }
});

test("a mongod that takes long to start is told of, and Ctrl-C ends it", async () => {
  const slow = join(user.home, "slow-mongod");
  const called = join(user.home, "slow-mongod.pid");
  // What a disk does that answers no write: it runs, and never listens.
  const script = `[ "$1" = --version ] && exec ${mongodPath} --version\necho $$ > ${called}\nexec sleep 100`;
  await writeFile(slow, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const running = up("slow", { MONGOD_BIN: slow });
  await until("a word", () => user.stderr().includes("waiting for mongod"));
  user.signal("SIGINT");
  const { exit, stderr } = await running;
  expect(exit).toBe(0);
  expect(stderr).toMatch(/waiting for mongod … \d+\.\d s\n[^]*Everything has stopped/);
  expect(await isRunning(Number(await readFile(called, "utf8")))).toBe(false);
});

/** A mongod as somebody starts it by hand. */
async function standalone(): Promise<readonly [MongodProcess, number]> {
  const dbPath = join(user.home, "standalone-db");
  await mkdir(dbPath);
  const serverPort = firstOfThreeFreePorts();
  const flags = ["--dbpath", dbPath, "--port", String(serverPort), "--bind_ip", "127.0.0.1", "--nounixsocket"];
  const output = { logPath: join(dbPath, "mongod.log"), lifetime: "with-parent" } as const;
  const server = await spawnMongod([mongodPath, ...flags], output);
  await until("mongod", () => !isFree(serverPort));
  return [server, serverPort];
}
