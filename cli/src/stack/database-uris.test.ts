import { expect, onTestFinished, test } from "bun:test";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabases } from "../backup/sources.ts";
import type { Io } from "../io.ts";
import { refOf } from "../process-ref.ts";
import type { Tools } from "../tools.ts";
import { databaseUris } from "./database-uris.ts";
import { stackLayout } from "./layout.ts";

const urisOf = (env: Record<string, string>) => {
  const io = { env, cwd: "/nowhere" } as unknown as Io;
  return databaseUris(stackLayout(io, "/nowhere"), { io } as unknown as Tools);
};

test("a connection string of one service names its database, one of all three need not", async () => {
  const shared = { MONGO_URI: "mongodb://h/?replicaSet=rs0" };
  expect(await urisOf({ ...shared, USER_MONGO_URI: "mongodb://u/users" })).toEqual({
    user: "mongodb://u/users",
    product: "mongodb://h/productdb?replicaSet=rs0",
    order: "mongodb://h/orderdb?replicaSet=rs0",
  });
  for (const uri of ["mongodb://u", "mongodb://u/", "mongodb://u/?replicaSet=rs0"])
    await expect(urisOf({ ...shared, USER_MONGO_URI: uri })).rejects.toThrow(
      "USER_MONGO_URI must name a database after its hosts.",
    );
});

test("a MongoDB of the stack that runs comes before MONGO_URI, for db migrate as for backup", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "ordersctl-uris-"));
  onTestFinished(() => rm(dataDir, { recursive: true }));
  const unit = { port: 4711, restarts: 0, startedAtMs: 0 };
  const services = { user: unit, product: unit, order: unit };
  const state = { phase: "ready", services, mongod: { ...unit, process: refOf(process.pid) } };
  const env: Record<string, string> = { MONGO_URI: "mongodb://h/?replicaSet=rs0" };
  const warned: string[] = [];
  const io = { env, cwd: dataDir } as unknown as Io;
  const tools = { io, talk: { warn: (line: string) => warned.push(line) } } as unknown as Tools;
  const layout = stackLayout(io, dataDir);
  await mkdir(layout.mongodDir);
  await writeFile(layout.stateFile, JSON.stringify(state));
  await expect(databaseUris(layout, tools)).rejects.toThrow("credentials.json holds no username");
  warned.length = 0;
  await writeFile(join(layout.mongodDir, "credentials.json"), JSON.stringify({ username: "u", password: "p/w" }));
  const migrated = await databaseUris(layout, tools);
  const { username, password, pathname } = new URL(migrated.user);
  expect([username, password, pathname]).toEqual(["u", "p%2Fw", "/userdb"]);
  const { signal } = new AbortController();
  const copied = await openDatabases({ dataDir, stopped: false, signal }, tools);
  expect(copied.uris).toEqual({ userdb: migrated.user, productdb: migrated.product, orderdb: migrated.order });
  const said = `MONGO_URI is ignored: the stack in ${dataDir} runs its own MongoDB.`;
  expect(warned).toEqual([said, said]);
  env["USER_MONGO_URI"] = "mongodb://u/users";
  expect((await databaseUris(layout, tools)).user).toBe("mongodb://u/users");
});
