import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { findMongod } from "@pos/local-mongodb/find";
import { type RunningReplicaSet, startReplicaSet } from "@pos/local-mongodb/replica-set";
import { temporaryDirectory } from "@pos/local-mongodb/temporary-directory";
import { systemClock } from "@pos/service-kit/clock";
import { connectDatabase } from "@pos/service-kit/database";
import { MongoClient } from "mongodb";
import { rm } from "node:fs/promises";
import type { TestDatabase } from "../database.ts";
import { eventually } from "../eventually.ts";
import { silentLogger } from "../logger.ts";
import { type Stack, startStack } from "../stack.ts";

setDefaultTimeout(120_000);

const address = { recipient: "Ada", line1: "1 High Street", city: "London", postalCode: "N1", country: "GB" };

let directory: string;
let set: RunningReplicaSet;
let stack: Stack;
beforeAll(async () => {
  directory = await temporaryDirectory("pos-unreplicated-");
  const { path: binary } = await findMongod({ env: process.env, log: () => undefined });
  set = await startReplicaSet({ binary, dataDir: directory });
  await letPrimaryStay();
  const [user, product, order] = await Promise.all([database("userdb"), database("productdb"), database("orderdb")]);
  stack = await startStack({ databases: { user, product, order } });
});
afterAll(async () => {
  await stack.stop();
  await set.stop();
  await rm(directory, { recursive: true, force: true });
});

test("no read shows a write that the loss of the primary would undo", async () => {
  const { admin } = stack;
  // Two accounts: a transaction fails on a document with a change that no majority has, so that of the status and an
  // address of one account only the first would get as far as the primary.
  const [{ id: userId }, { id: residentId, client: resident }] = [await stack.customer(), await stack.customer()];
  const { id: productId } = await admin.products.create({ name: "Lamp", price: 1, stock: 1 });
  const service = stack.as(await stack.serviceToken());
  const shown = async () => ({
    product: (await admin.products.get(productId)).price,
    products: (await admin.products.list()).products.map(({ price }) => price),
    user: (await admin.users.get(userId)).status,
    users: (await admin.users.list()).users.find(({ id }) => id === userId)?.status,
    lookup: (await service.users.lookup([userId])).users,
    addresses: (await resident.users.addresses.list(residentId)).length,
  });
  const before = await shown();
  await using primary = new MongoClient(set.uri("admin"));
  const { me } = await primary.db().command({ hello: 1 });
  const others = set.members.filter(({ port }) => !String(me).endsWith(`:${port}`));
  for (const { pid } of others) process.kill(pid, "SIGSTOP");
  try {
    const ended = Promise.allSettled([
      admin.products.update(productId, { price: 2 }),
      admin.users.changeStatus(userId, "suspended"),
      resident.users.addresses.create(residentId, address),
    ]);
    await eventually(async () => {
      const written = await Promise.all([
        primary.db("productdb").collection("products").countDocuments({ price: 2 }),
        primary.db("userdb").collection("users").countDocuments({ status: "suspended" }),
        primary
          .db("userdb")
          .collection("users")
          .countDocuments({ addresses: { $size: 1 } }),
      ]);
      return written.every((count) => count === 1);
    });
    expect(await shown()).toEqual(before);
    await ended;
  } finally {
    for (const { pid } of others) process.kill(pid, "SIGCONT");
  }
  const after = await eventually(
    shown,
    ({ product, user, addresses }) => product === 2 && user === "suspended" && addresses === 1,
  );
  expect(after).toMatchObject({ products: [2], users: "suspended", lookup: [{ status: "suspended" }] });
});

/** While the others are frozen, for a minute. */
async function letPrimaryStay(): Promise<void> {
  await using client = new MongoClient(set.uri("admin"));
  const { config } = await client.db().command({ replSetGetConfig: 1 });
  const settings = { ...config.settings, electionTimeoutMillis: 60_000 };
  await client.db().command({ replSetReconfig: { ...config, version: config.version + 1, settings } });
}

async function database(name: string): Promise<TestDatabase> {
  const uri = set.uri(name);
  const connected = await connectDatabase(uri, { clock: systemClock, logger: silentLogger });
  return { database: connected, uri, drop: () => connected.close() };
}
