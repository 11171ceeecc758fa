import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import { checkMongoUri, MongoUriError } from "./check-uri.ts";
import { spawnMongod, type MongodProcess, endProcess } from "./mongod-process.ts";
import { freePort } from "./free-port.ts";
import { accepts } from "./test/accepts.ts";
import { type RunningMongod, startMongod } from "./run.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { testBinary } from "./test/binary.ts";

// A mongod on a busy machine may take longer than the runner's 5 s.
setDefaultTimeout(120_000);

let root: string;
let binary: string;
let set: RunningMongod;
const bare: MongodProcess[] = [];

beforeAll(async () => {
  root = await temporaryDirectory("pos-uri-");
  binary = await testBinary();
  set = await startMongod({ binary, dataDir: join(root, "set"), auth: true });
});
afterAll(async () => {
  await Promise.all([set.kill(), ...bare.map((process) => endProcess(process, "SIGKILL"))]);
  await rm(root, { recursive: true, force: true });
});

/** A mongod as a user starts it by hand. */
async function startBare(name: string, ...parameters: readonly string[]): Promise<number> {
  const port = freePort();
  const dbPath = join(root, name);
  await Bun.$`mkdir -p ${dbPath}`;
  const options = ["--dbpath", dbPath, "--port", String(port), "--bind_ip", "127.0.0.1", "--nounixsocket"];
  const logPath = join(root, `${name}.log`);
  bare.push(await spawnMongod([binary, ...options, ...parameters], { logPath, lifetime: "with-parent" }));
  while (!(await accepts(port))) await Bun.sleep(20);
  return port;
}

async function refusal(uri: string): Promise<MongoUriError> {
  try {
    await checkMongoUri(uri);
  } catch (error) {
    if (error instanceof MongoUriError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

describe("a replica set", () => {
  test("is accepted, with or without its name in the string", async () => {
    const facts = await checkMongoUri(set.uri("any"));
    expect(facts).toMatchObject({ replicaSet: "rs0", transactionLifetimeLimitSeconds: 3, warnings: [] });
    expect(facts.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(await checkMongoUri(set.uri("any").replace("replicaSet=rs0&", ""))).toEqual(facts);
  });

  test("is accepted with a warning when killed transactions stay open for long", async () => {
    const client = new MongoClient(set.uri("admin"));
    const limit = (seconds: number) =>
      client.db().command({ setParameter: 1, transactionLifetimeLimitSeconds: seconds });
    await limit(60);
    const { warnings } = await checkMongoUri(set.uri("any"));
    await limit(3);
    await client.close();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("60 s");
    expect(warnings[0]).toContain("setParameter: 1, transactionLifetimeLimitSeconds: 3");
  });

  test("is accepted when its user may not read the limit", async () => {
    const client = new MongoClient(set.uri("admin"));
    const password = crypto.randomUUID();
    await client.db().command({ createUser: "shop", pwd: password, roles: [{ role: "readWrite", db: "any" }] });
    await client.close();
    const facts = await checkMongoUri(`mongodb://shop:${password}@127.0.0.1:${set.port}/any?authSource=admin`);
    expect(facts).toMatchObject({ replicaSet: "rs0", transactionLifetimeLimitSeconds: undefined, warnings: [] });
  });

  test("under another name is refused with its name", async () => {
    const error = await refusal(set.uri("any").replace("replicaSet=rs0", "replicaSet=shop"));
    expect(error.problem).toBe("wrong-set-name");
    expect(error.message).toContain("write replicaSet=rs0");
  });

  test("that wants a password is refused without it and with a wrong one, which is never shown", async () => {
    const without = await refusal(`mongodb://127.0.0.1:${set.port}/?replicaSet=rs0`);
    expect(without.problem).toBe("refused");
    expect(without.message).toContain("names no user");
    const wrong = await refusal(`mongodb://admin:hunter2@127.0.0.1:${set.port}/?replicaSet=rs0`);
    expect(wrong.problem).toBe("refused");
    expect(wrong.message).toEndWith("Authentication failed.");
    expect(wrong.message).not.toContain("..");
    expect(wrong.message).not.toContain("hunter2");
  });
});

describe("what the services cannot run on", () => {
  test("a standalone is refused with the way to a replica set, also when the string names one", async () => {
    const port = await startBare("standalone");
    for (const query of ["", "?replicaSet=rs0", "?directConnection=true"]) {
      const error = await refusal(`mongodb://127.0.0.1:${port}/${query}`);
      expect(error.problem).toBe("standalone");
      expect(error.message).toContain("mongod --replSet rs0 --setParameter transactionLifetimeLimitSeconds=3");
      expect(error.message).toContain("rs.initiate()");
    }
  });

  test("a mongod that waits for its set is refused with the next step", async () => {
    const port = await startBare("waiting", "--replSet", "rs0");
    const error = await refusal(`mongodb://127.0.0.1:${port}/?replicaSet=rs0`);
    expect(error.problem).toBe("not-initiated");
    expect(error.message).toContain("rs.initiate()");
  });

  test("nothing there is told at once; silence within the time limit", async () => {
    const port = freePort();
    const started = performance.now();
    const refused = await refusal(`mongodb://user:hunter2@127.0.0.1:${port}/?replicaSet=rs0`);
    expect(refused.problem).toBe("unreachable");
    expect(refused.message).toContain(`127.0.0.1:${port}`);
    expect(refused.message).not.toContain("hunter2");

    const mute = createServer(() => {});
    await new Promise<void>((resolve) => mute.listen(port, "127.0.0.1", resolve));
    expect((await refusal(`mongodb://127.0.0.1:${port}/`)).problem).toBe("unreachable");
    mute.close();
    console.log(`both told after ${Math.round(performance.now() - started)} ms`);
    expect(performance.now() - started).toBeLessThan(60_000);
  });

  test.each(["", "127.0.0.1:27017", "http://127.0.0.1", "mongodb://", "mongodb://a,b/?directConnection=true"])(
    "%p is told not to be a connection string",
    async (uri) => {
      const error = await refusal(uri);
      expect(error.problem).toBe("malformed");
      expect(error.message).toContain("mongodb://user:password@host:27017/?replicaSet=rs0");
    },
  );
});
