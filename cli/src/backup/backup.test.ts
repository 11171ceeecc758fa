import { afterAll, beforeAll, expect, test } from "bun:test";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Order } from "@pos/contracts/orders";
import { eventually } from "@pos/testing/eventually";
import { testDatabase } from "@pos/testing/database";
import { type Stack, startStack } from "@pos/testing/stack";
import { type DatabaseUris, dump, folderFor } from "./dump.ts";
import { load } from "./load.ts";
import { collectionPath, readManifest } from "./manifest.ts";

const tools = {
  now: () => Date.now(),
  sleep: async (milliseconds: number) => await Bun.sleep(milliseconds),
  say: () => {},
  warn: () => {},
};
const STOCK_UNITS = 10_000;
const WORKERS = 6;

let folder: string;
let source: Stack;
/** Orders that were acknowledged before the backup began. */
const early = new Map<string, Order>();

beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "backup-")), "monday");
  source = await startStack();
  await backUpUnderLoad();
});

afterAll(async () => {
  await source.stop();
  await rm(join(folder, ".."), { recursive: true });
});

test("a backup taken under load is restored to books that fit together", async () => {
  const databases = {
    user: await testDatabase("user"),
    product: await testDatabase("product"),
    order: await testDatabase("order"),
  };
  const report = await load(
    folder,
    { manifest: await readManifest(folder), uris: urisOf(databases), replace: false },
    tools,
  );
  expect(report.documents).toBeGreaterThan(0);
  const restored = await startStack({ databases, env: { REAPER_AGE_MS: "200", REAPER_PERIOD_MS: "100" } });
  try {
    await untilQuiet(restored);
    const orders = (await restored.admin.audit.orders({ limit: 1000 })).orders;
    const reservations = (await restored.admin.audit.reservations({ limit: 1000 })).reservations;
    const states = new Map(reservations.map(({ orderId, state }) => [orderId, state]));
    const live = orders.filter(({ status }) => status !== "void" && status !== "cancelled");
    for (const { id } of live) expect([id, states.get(id)]).toEqual([id, "confirmed"]);
    for (const { id, status } of orders)
      if (status === "void" || status === "cancelled")
        expect([id, states.get(id) ?? "released"]).toEqual([id, "released"]);
    const units = live.flatMap(({ items }) => items).reduce((sum, { quantity }) => sum + quantity, 0);
    for (const product of (await restored.admin.audit.products()).products) {
      expect(product).toMatchObject({
        received: STOCK_UNITS,
        stock: STOCK_UNITS - units,
        heldUnits: 0,
        confirmedUnits: units,
      });
    }
    const found = new Map(orders.map((order) => [order.id, order]));
    for (const [id, order] of early) expect(found.get(id)?.items).toEqual(order.items);
  } finally {
    await restored.stop();
  }
});

test("a backup holds one moment of a database, whatever is written while it is taken", async () => {
  const [user, product, order] = await Promise.all(["user", "product", "order"].map((name) => testDatabase(name)));
  const { db } = product!.database;
  for (const name of ["first", "second"]) await db.collection(name).insertOne({ name: "before" });
  const script = `import { MongoClient } from "mongodb";
    await using client = new MongoClient(process.argv.at(-1));
    await client.db().collection("second").insertOne({ name: "after" });`;
  const say = (line: string) => {
    if (!line.startsWith("productdb.first:")) return;
    // What tells of the progress is not waited for, so it writes in one go.
    const { exitCode } = Bun.spawnSync([process.execPath, "-e", script, product!.uri], { cwd: import.meta.dir });
    expect(exitCode).toBe(0);
  };
  const target = join(folder, "..", "one-moment");
  const { databases } = await dump(target, urisOf({ user: user!, product: product!, order: order! }), {
    ...tools,
    say,
  });
  expect([await db.collection("second").countDocuments(), databases.productdb["second"]?.documents]).toEqual([2, 1]);
});

test("a file where the folder is to be is kept", async () => {
  const file = join(folder, "..", "notes.txt");
  await writeFile(file, "precious");
  const none = {
    userdb: "mongodb://127.0.0.1:1",
    productdb: "mongodb://127.0.0.1:1",
    orderdb: "mongodb://127.0.0.1:1",
  };
  await expect(dump(file, none, tools)).rejects.toThrow(`${file} is not a folder.`);
  expect(await readFile(file, "utf8")).toBe("precious");
});

test("a folder that cannot come to be is refused before anything is copied", async () => {
  const link = join(folder, "..", "nowhere");
  await symlink(join(folder, "..", "gone"), link);
  await expect(folderFor(link)).rejects.toThrow(`${link} is a link that leads nowhere.`);
  await rm(link);
  await expect(folderFor("/proc/none/monday")).rejects.toMatchObject({
    message: "/proc/none cannot be used as a folder: a part of the path does not exist.",
    tries: ["name a new folder elsewhere"],
  });
});

test("sign-ins and keys do not come back", async () => {
  const files = await readdir(join(folder, "userdb"));
  expect(files.sort()).toEqual(["guards.bson.gz", "migrations.bson.gz", "users.bson.gz"]);
});

test("a backup is for its owner alone", async () => {
  for (const path of [folder, join(folder, "userdb"), collectionPath(folder, "userdb", "users")])
    expect([path, (await stat(path)).mode & 0o077]).toEqual([path, 0]);
});

test("an empty folder by another name takes a backup, and what a killed one left beside it is named", async () => {
  const [where, link] = [join(folder, "..", "disk"), join(folder, "..", "link")];
  await mkdir(join(where, "real"), { recursive: true });
  await symlink(join(where, "real"), link);
  const left = join(where, `.${crypto.randomUUID()}.partial`);
  await mkdir(left);
  await mkdir(join(where, ".other.partial"));
  const warned: string[] = [];
  await dump(link, urisOf(source.databases), { ...tools, warn: (line) => void warned.push(line) });
  expect(Object.keys((await readManifest(link)).databases)).toHaveLength(3);
  expect(warned).toEqual([expect.stringContaining(`Unless one is at work there, remove it: rm -r ${left}`)]);
  expect((await readdir(where)).sort()).toEqual([basename(left), ".other.partial", "real"].sort());
});

test("a backup that is broken off leaves nothing beside its folder", async () => {
  const stop = new AbortController();
  const begun: string[] = [];
  const say = (line: string) => {
    begun.push(line);
    stop.abort(new Error("enough"));
  };
  const where = join(folder, "..");
  const before = await readdir(where);
  const target = join(where, "wednesday");
  await expect(dump(target, urisOf(source.databases), { ...tools, say, signal: stop.signal })).rejects.toThrow(
    "enough",
  );
  expect(begun).toHaveLength(1);
  expect(await readdir(where)).toEqual(before);
});

test("a reader of its words who has enough does not end a backup", async () => {
  const script = '"$0" "$1" backup "$2" 2>&1 | true; exit "${PIPESTATUS[0]}"';
  const target = join(folder, "..", "thursday");
  const { userdb, productdb, orderdb } = urisOf(source.databases);
  const shell = Bun.spawn(["bash", "-c", script, process.execPath, join(import.meta.dir, "../main.ts"), target], {
    env: { PATH: process.env["PATH"], USER_MONGO_URI: userdb, PRODUCT_MONGO_URI: productdb, ORDER_MONGO_URI: orderdb },
  });
  expect(await shell.exited).toBe(0);
  expect(Object.keys((await readManifest(target)).databases)).toHaveLength(3);
});

test("a folder that holds something is refused", async () => {
  await expect(dump(folder, urisOf(source.databases), tools)).rejects.toThrow("is not empty");
});

test("databases that are in use or hold something are refused before anything is written", async () => {
  const manifest = await readManifest(folder);
  const uris = urisOf(source.databases);
  await expect(load(folder, { manifest, uris, replace: true }, tools)).rejects.toThrow("product-service is using");
  const idle = { ...uris, productdb: (await testDatabase("product")).uri };
  await expect(load(folder, { manifest, uris: idle, replace: false }, tools)).rejects.toThrow(
    "hold users, products or orders",
  );
  expect(await source.databases.user.database.db.collection("users").countDocuments()).toBeGreaterThan(1);
});

test("the heartbeat of a killed product-service is waited for until it is old", async () => {
  const product = await testDatabase("product");
  const lastBeat = new Date(Date.now() - 3000);
  const flushers = product.database.db.collection<{ _id: string; heartbeatAt: Date }>("flushers");
  await flushers.insertOne({ _id: "killed", heartbeatAt: lastBeat });
  const uris = urisOf({ user: await testDatabase("user"), order: await testDatabase("order"), product });
  const report = await load(folder, { manifest: await readManifest(folder), uris, replace: false }, tools);
  expect(report.documents).toBeGreaterThan(0);
  expect(Date.now() - lastBeat.getTime()).toBeGreaterThanOrEqual(5000);
});

test("a damaged file is refused before anything is written", async () => {
  const copy = join(folder, "..", "tuesday");
  await dump(copy, urisOf(source.databases), tools);
  await appendFile(collectionPath(copy, "orderdb", "orders"), "x");
  const manifest = await readManifest(copy);
  const uris = urisOf(source.databases);
  await expect(load(copy, { manifest, uris, replace: true }, tools)).rejects.toThrow("is damaged");
});

/** Customers place, cancel and advance orders while the three databases are copied one after the other. */
async function backUpUnderLoad(): Promise<void> {
  const { id: productId } = await source.admin.products.create({
    name: "Lamp",
    description: "",
    price: 2,
    stock: STOCK_UNITS,
  });
  let isBackingUp = false;
  let isDone = false;
  const work = async (worker: number) => {
    const { id: userId, client } = await source.customer();
    for (let turn = worker; !isDone; turn++) {
      const { order } = await client.orders.place({ userId, items: [{ productId, quantity: 1 + (turn % 3) }] });
      if (!isBackingUp) early.set(order.id, order);
      if (turn % 3 === 1) await client.orders.setStatus(order.id, { status: "cancelled" });
      if (turn % 3 === 2) await source.admin.orders.setStatus(order.id, { status: "processing" });
    }
  };
  const running = Promise.all(Array.from({ length: WORKERS }, (_, worker) => work(worker)));
  await eventually(() => early.size >= 5 * WORKERS);
  isBackingUp = true;
  await dump(folder, urisOf(source.databases), { ...tools, say: () => Bun.sleepSync(20) });
  isDone = true;
  await running;
}

/** Until nothing is held and every message is delivered. */
async function untilQuiet(stack: Stack): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const { reservations } = await stack.admin.audit.reservations({ limit: 1000 });
    const { entries } = await stack.admin.audit.outbox();
    const held = reservations.filter(({ state }) => state === "held").length;
    if (held === 0 && entries.length === 0) return;
    if (Date.now() > deadline) throw new Error(`${held} held, ${entries.length} messages after 30 s`);
    await Bun.sleep(100);
  }
}

const urisOf = (databases: Stack["databases"]): DatabaseUris => ({
  userdb: databases.user.uri,
  productdb: databases.product.uri,
  orderdb: databases.order.uri,
});
