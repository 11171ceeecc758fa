import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findMongod } from "@pos/local-mongodb/find";
import { freePorts } from "@pos/local-mongodb/free-port";
import { endProcess, type MongodProcess, spawnMongod } from "@pos/local-mongodb/mongod-process";
import { MongoClient } from "mongodb";
import type { DatabaseWish } from "./database-wish.ts";
import { runDatabaseInit } from "./run-database-init.ts";

const LIMIT_MS = 120_000;
const PASSWORD = crypto.randomUUID();

let folder: string;
let ports: readonly number[];
const processes: MongodProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "db-init-set-"));
  await writeFile(join(folder, "key"), randomBytes(300).toString("base64"), { mode: 0o600 });
  const { path } = await findMongod({ env: process.env, log: () => {} });
  ports = freePorts(3);
  for (const port of ports) {
    const data = join(folder, String(port));
    await mkdir(data);
    const set = ["--replSet", "rs0", "--keyFile", join(folder, "key"), "--wiredTigerCacheSizeGB", "0.25"];
    const place = ["--dbpath", data, "--port", String(port), "--bind_ip", "127.0.0.1", "--nounixsocket"];
    const output = { logPath: join(data, "mongod.log"), lifetime: "with-parent" } as const;
    processes.push(await spawnMongod([path, ...place, ...set], output));
  }
});

afterAll(async () => {
  await Promise.all(processes.map((child) => endProcess(child, "SIGKILL")));
  await rm(folder, { recursive: true });
});

const host = (port: number) => `127.0.0.1:${port}`;

/** What the sidecar of one member does. */
function initMember(port: number, members: readonly number[]): Promise<void> {
  const wish: DatabaseWish = {
    port,
    replicaSet: "rs0",
    members: members.map(host),
    database: "orderdb",
    user: "order-service",
    password: PASSWORD,
    rootPassword: "administrator-password",
    isInitiator: port === members[0],
  };
  return runDatabaseInit(wish, { watch: false, signal: AbortSignal.timeout(LIMIT_MS), say: () => {} });
}

test(
  "a set grows from one member to three while its user's data stays",
  async () => {
    const [first = 0] = ports;
    await initMember(first, [first]);
    const uri = `mongodb://order-service:${PASSWORD}@${host(first)}/orderdb?replicaSet=rs0`;
    await using client = new MongoClient(uri);
    await client.db().collection("orders").insertOne({ name: "kept" });
    await Promise.all(ports.map((port) => initMember(port, ports)));
    // A member is shown once it has copied the data.
    let hosts: readonly string[] = [];
    for (const endsAt = Date.now() + LIMIT_MS / 2; hosts.length < ports.length && Date.now() < endsAt;) {
      await Bun.sleep(200);
      hosts = (await client.db().command({ hello: 1 }))["hosts"] as string[];
    }
    expect([...hosts].sort()).toEqual(ports.map(host).sort());
    const [, second = 0] = ports;
    await using other = new MongoClient(
      `mongodb://order-service:${PASSWORD}@${host(second)}/orderdb?directConnection=true&readPreference=secondary`,
    );
    expect(await other.db().collection("orders").countDocuments({ name: "kept" })).toBe(1);
  },
  LIMIT_MS,
);
