import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import { cacheGib } from "./listen.ts";
import { accepts } from "./test/accepts.ts";
import { MongodStartError, type RunningMongod, startMongod, type StartMongodOptions } from "./run.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { testBinary } from "./test/binary.ts";

// A mongod on a busy machine may take longer than the runner's 5 s.
setDefaultTimeout(120_000);

let root: string;
let binary: string;
const started: RunningMongod[] = [];

beforeAll(async () => {
  root = await temporaryDirectory("pos-run-");
  binary = await testBinary();
});
afterAll(async () => {
  await Promise.all(started.map((mongod) => mongod.kill()));
  await rm(root, { recursive: true, force: true });
});

async function start(name: string, options: Partial<StartMongodOptions> = {}): Promise<RunningMongod> {
  const mongod = await startMongod({ binary, dataDir: join(root, name), ...options });
  started.push(mongod);
  return mongod;
}

async function withClient<T>(uri: string, work: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 3_000 });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

const remember = (mongod: RunningMongod, note: string) =>
  withClient(mongod.uri("notes"), (client) =>
    client
      .db()
      .collection("notes")
      .insertOne({ note }, { writeConcern: { w: "majority", journal: true } }),
  );
const remembered = (mongod: RunningMongod) =>
  withClient(mongod.uri("notes"), async (client) => {
    const notes = await client.db().collection("notes").find().sort({ _id: 1 }).toArray();
    return notes.map(({ note }) => String(note));
  });

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("no error was thrown");
}

describe("a new mongod", () => {
  test("is a primary with transactions, the short transaction limit, and 127.0.0.1 alone", async () => {
    const mongod = await start("new");
    await withClient(mongod.uri("shop"), async (client) => {
      await client.withSession((session) =>
        session.withTransaction(() => client.db().collection("orders").insertOne({ a: 1 }, { session })),
      );
      expect(await client.db().collection("orders").countDocuments()).toBe(1);
      const admin = client.db("admin");
      const limit = await admin.command({ getParameter: 1, transactionLifetimeLimitSeconds: 1 });
      expect(limit["transactionLifetimeLimitSeconds"]).toBe(3);
      const { parsed } = await admin.command({ getCmdLineOpts: 1 });
      expect(parsed.net.bindIp).toBe("127.0.0.1");
      expect((await admin.command({ hello: 1 }))["setName"]).toBe("rs0");
    });
    expect((await stat(join(root, "new"))).mode & 0o777).toBe(0o700);
    await mongod.stop();
    expect(await mongod.exited).toEqual({ code: 0, signal: undefined });
    expect(await accepts(mongod.port)).toBe(false);
    await mongod.stop();
  });

  test("that does not listen in time is ended, and the time is what is told", async () => {
    // A millisecond is over before a process listens.
    const error = await errorOf(start("late", { timeoutMs: 1 }));
    expect(error).toBeInstanceOf(MongodStartError);
    expect(error.message).toMatch(/^mongod does not listen on port \d+ in time\. Its log: .*mongod\.log$/);
  });

  test("that recovers for too long is told with what it was at", async () => {
    const slow = join(root, "slow-mongod");
    const line = '{"s":"I","id":22315,"msg":"Opening WiredTiger.","attr":{"config":"create"}}';
    await writeFile(slow, `#!/bin/sh\necho '${line}'\nexec sleep 100\n`, { mode: 0o755 });
    const error = await errorOf(start("slow", { binary: slow, timeoutMs: 1_500 }));
    expect(error.message).toMatch(
      /in time; the disk may be very slow\. Its last message: Opening WiredTiger\. Its log: /,
    );
  });

  test("whose start is broken off is ended", async () => {
    const breakOff = new AbortController();
    const starting = errorOf(start("broken off", { signal: breakOff.signal }));
    const lock = join(root, "broken off", "db", "mongod.lock");
    const pid = async () => Number(await readFile(lock, "utf8").catch(() => ""));
    while ((await pid()) === 0) await Bun.sleep(5);
    const running = await pid();
    breakOff.abort();
    expect(await starting).toBeInstanceOf(MongodStartError);
    expect(() => process.kill(running, 0)).toThrow("ESRCH");
  });
});

describe("the same data directory", () => {
  test("keeps what was acknowledged over a stop, a kill -9 and a kill of its own process, on its port", async () => {
    const first = await start("again");
    await remember(first, "before stop");
    await first.stop();
    const second = await start("again", { port: first.port });
    expect(second.port).toBe(first.port);
    await remember(second, "before kill -9");
    process.kill(second.pid, "SIGKILL");
    expect(await second.exited).toEqual({ code: undefined, signal: "SIGKILL" });
    const third = await start("again", { port: first.port });
    expect(await remembered(third)).toEqual(["before stop", "before kill -9"]);
    await third.kill();
  });

  test("works under another port when its own is taken", async () => {
    const first = await start("moved");
    await remember(first, "at the old port");
    await first.kill();
    const squatter = squat(first.port);
    const second = await start("moved", { port: first.port });
    expect(second.port).not.toBe(first.port);
    expect(await remembered(second)).toEqual(["at the old port"]);
    await remember(second, "at the new port");
    await second.kill();
    await squatter.stop();
  });

  test("works under another port when its own is taken between the look at it and the start", async () => {
    const [slow, asked, go] = [join(root, "slow-to-listen"), join(root, "asked-ports"), join(root, "go")];
    // It says which port it was given, and begins when the test has taken that one.
    const script = `#!/bin/sh\necho "$2" >>'${asked}'; until test -e '${go}'; do sleep 0.02; done\nexec '${binary}' "$@"\n`;
    await writeFile(slow, script, { mode: 0o755 });
    const starting = start("raced", { binary: slow });
    const given = async () => (await readFile(asked, "utf8").catch(() => "")).split("\n").slice(0, -1).map(Number);
    while ((await given()).length === 0) await Bun.sleep(5);
    const [port = 0] = await given();
    const squatter = squat(port);
    await writeFile(go, "");
    expect((await starting).port).not.toBe(port);
    expect(await given()).toHaveLength(2);
    await squatter.stop();
  });

  test("is not started twice: the second start says who is in the way and harms nothing", async () => {
    const first = await start("twice");
    const error = await errorOf(start("twice"));
    expect(error).toBeInstanceOf(MongodStartError);
    expect(error.message).toContain(`another mongod uses ${join(root, "twice")} (process ${first.pid})`);
    await remember(first, "still there");
    expect(await remembered(first)).toEqual(["still there"]);
    await first.kill();
  });

  test("that is damaged is told with mongod's own reason and the log", async () => {
    const first = await start("damaged");
    await first.kill();
    await writeFile(join(root, "damaged", "db", "WiredTiger"), "not WiredTiger");
    await writeFile(join(root, "damaged", "db", "WiredTiger.turtle"), "not WiredTiger");
    const error = await errorOf(start("damaged"));
    expect(error).toBeInstanceOf(MongodStartError);
    expect(error.message).toMatch(/^mongod ended with .+: .*(WiredTiger|fassert)/i);
    expect(error.message).toContain(join(root, "damaged", "mongod.log"));
  });
});

test("a mongod that does not know its options is told with its own words", async () => {
  const script = join(root, "picky");
  await writeFile(script, '#!/bin/sh\necho "Error parsing command line: unrecognised option" >&2; exit 2\n', {
    mode: 0o755,
  });
  const error = await errorOf(start("picky-data", { binary: script }));
  expect(error.message).toContain("mongod ended with exit code 2: Error parsing command line: unrecognised option");
  // The same where its log has grown too long and is set aside first.
  await writeFile(join(root, "picky-data", "mongod.log"), "x".repeat(21_000_000));
  expect((await errorOf(start("picky-data", { binary: script }))).message).toBe(error.message);
});

test("a mongod that crashes is told with its last error, not with how its stack trace failed", async () => {
  const script = join(root, "crashed");
  const errors = [
    { s: "E", id: 6328201, msg: "Unable to create eventfd object", attr: { error: { errmsg: "Too many open files" } } },
    { s: "E", id: 31430, msg: "Error collecting stack trace", attr: { error: "unw_get_proc_name(55A3)\nunw_get" } },
  ];
  const log = errors.map((line) => JSON.stringify(line)).join("\n");
  await writeFile(script, `#!/bin/sh\ncat <<'END'\n${log}\nEND\nexit 134\n`, { mode: 0o755 });
  const error = await errorOf(start("crashed-data", { binary: script }));
  expect(error.message).toContain("mongod ended with exit code 134: Unable to create eventfd object: Too many open");
  // It ends its last words with a line break.
  const last = { s: "F", id: 6384300, msg: "Writing fatal message", attr: { message: "terminate() called.\n" } };
  await writeFile(script, `#!/bin/sh\ncat <<'END'\n${JSON.stringify(last)}\nEND\nexit 134\n`);
  const { message } = await errorOf(start("crashed-data", { binary: script }));
  expect(message).toMatch(/^mongod ended with exit code 134: Writing fatal message: terminate\(\) called\. Its log: /);
});

test.each(["detached", "with-parent"] as const)("a binary that is not there is an error (%s)", async (lifetime) => {
  const error = await errorOf(start("no-binary", { binary: join(root, "nothing"), lifetime }));
  expect(error.message).toContain(join(root, "nothing"));
});

describe("with a password", () => {
  test("nobody gets in without it, and it stays over restarts and a change of the port", async () => {
    const first = await start("auth", { auth: true });
    await remember(first, "secret");
    const open = `mongodb://127.0.0.1:${first.port}/notes?replicaSet=rs0`;
    const wrong = open.replace("//", "//admin:wrong@").concat("&authSource=admin");
    for (const uri of [open, wrong]) {
      const error = await errorOf(withClient(uri, (client) => client.db().collection("notes").findOne()));
      expect(error.message).toMatch(/requires authentication|Authentication failed/);
    }
    const error = await errorOf(
      withClient(open, (client) => client.db("admin").command({ createUser: "me", pwd: "x", roles: ["root"] })),
    );
    expect(error.message).toContain("requires authentication");
    await first.kill();

    const squatter = squat(first.port);
    const second = await start("auth", { auth: true, port: first.port });
    await squatter.stop();
    expect(second.port).not.toBe(first.port);
    expect(second.credentials).toEqual(first.credentials);
    expect(await remembered(second)).toEqual(["secret"]);
    await second.kill();
  });

  test("keeps key and password readable for the owner alone", async () => {
    const dataDir = join(root, "auth");
    for (const file of ["keyfile", "credentials.json", "mongod.log"]) {
      expect((await stat(join(dataDir, file))).mode & 0o777).toBe(0o600);
    }
    const { password } = JSON.parse(await readFile(join(dataDir, "credentials.json"), "utf8"));
    expect(password.length).toBeGreaterThanOrEqual(32);
    expect(await readFile(join(dataDir, "mongod.log"), "utf8")).not.toContain(password);
  });

  test.each([
    ["its port", true],
    ["another port", false],
  ])("a first start that died before the administrator was made is completed on %s", async (port, isSame) => {
    // What such a start leaves: the set is initiated, nobody is in it, and the port is written down nowhere.
    const name = `half, on ${port}`;
    const first = await start(name);
    await first.kill();
    const second = await start(name, { auth: true, ...(isSame && { port: first.port }) });
    await remember(second, "in");
    expect(await remembered(second)).toEqual(["in"]);
    await second.kill();
  });

  test("credentials that are not the database's are told, not replaced", async () => {
    const first = await start("foreign", { auth: true });
    await first.kill();
    await writeFile(join(root, "foreign", "credentials.json"), '{"username":"admin","password":"another"}');
    const error = await errorOf(start("foreign", { auth: true }));
    expect(error).toBeInstanceOf(MongodStartError);
    expect(error.message).toContain("another password than credentials.json");
  });
});

test("a mongod whose disk failed is told with what the disk said", async () => {
  const script = join(root, "no-disk");
  const wiredTiger = (error: number, msg: string, error_str: string) =>
    JSON.stringify({
      s: "E",
      id: 22435,
      msg: "WiredTiger error message",
      attr: { error, message: { msg, error_str } },
    });
  const log = [
    wiredTiger(5, "__posix_sync:94:journal/WiredTigerLog.1: handle-sync: fdatasync", "Input/output error"),
    wiredTiger(-31804, "__posix_sync:94:the process must exit and restart", "WT_PANIC: WiredTiger library panic"),
    JSON.stringify({ s: "F", id: 23089, msg: "Fatal assertion", attr: { msgid: 50853 } }),
  ].join("\n");
  await writeFile(script, `#!/bin/sh\ncat <<'END'\n${log}\nEND\nkill -ABRT $$\n`, { mode: 0o755 });
  const error = await errorOf(start("no-disk-data", { binary: script }));
  expect(error.message).toMatch(/WiredTigerLog\.1: handle-sync: fdatasync: Input\/output error\. Its log: /);
});

test("a mongod that crashes later has its reason, one that is killed has none", async () => {
  const first = await start("later");
  await writeFile(first.logPath, '{"s":"E","id":1,"msg":"the disk","attr":{"error":"failed"}}\n', { flag: "a" });
  process.kill(first.pid, "SIGABRT");
  expect((await first.exited).reason).toBe("the disk: failed");
  const second = await start("later", { port: first.port });
  await writeFile(second.logPath, '{"s":"E","id":1,"msg":"the disk","attr":{"error":"failed"}}\n', { flag: "a" });
  process.kill(second.pid, "SIGKILL");
  expect((await second.exited).reason).toBeUndefined();
});

/** Another program's server, as a developer's machine has them. */
function squat(port: number): { stop(): Promise<void> } {
  return Bun.serve({ port, hostname: "127.0.0.1", fetch: () => new Response("not MongoDB") });
}

test.each([
  [1, 1, 0.25],
  [16, 16, 1.6],
  [256, 256, 4],
  // A container with a limit on a large machine, and a system that names no limit.
  [64, 2, 0.25],
  [64, 8, 0.8],
  [16, 0, 1.6],
])("of a memory of %p GiB with a limit of %p the cache may take %p", (memoryGib, limitGib, expected) => {
  expect(cacheGib({ memoryBytes: memoryGib * 2 ** 30, limitBytes: limitGib * 2 ** 30 })).toBe(expected);
});
