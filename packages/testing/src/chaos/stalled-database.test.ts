import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { findMongod } from "@pos/local-mongodb/find";
import { type RunningMongod, startMongod } from "@pos/local-mongodb/run";
import { temporaryDirectory } from "@pos/local-mongodb/temporary-directory";
import { systemClock } from "@pos/service-kit/clock";
import { connectDatabase } from "@pos/service-kit/database";
import { MongoClient, ObjectId } from "mongodb";
import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import type { TestDatabase } from "../database.ts";
import { eventually } from "../eventually.ts";
import { silentLogger } from "../logger.ts";
import { type Stack, startStack } from "../stack.ts";

setDefaultTimeout(120_000);

/** Routes wait for 4 s, and a busy machine is slow; one that waits for its socket, and sends again, takes 20 s. */
const ANSWER_MAX_MS = 15_000;
/** How long a socket waits for an answer. */
const SOCKET_MAX_MS = 10_000;
/** What is said when the driver gives up, after the 10 s of a socket. */
const GIVEN_UP = "The database does not answer at the moment";
/** Of one client address on one account, in 15 minutes. */
const SIGN_IN_FAILURES_MAX = 5;
/** Sign-ins that count at the same time on two cores; on a single core it is one less. */
const TURNS = 3;
const PASSWORD = "correct horse battery";
const ADDRESS = { recipient: "Ada", line1: "1 High Street", city: "London", postalCode: "N1", country: "GB" };

let directory: string;
let mongod: RunningMongod;
let mongo: MongoClient;
let stack: Stack;
beforeAll(async () => {
  directory = await temporaryDirectory("pos-stalled-");
  const { path: binary } = await findMongod({ env: process.env, log: () => undefined });
  mongod = await startMongod({ binary, dataDir: directory, lifetime: "with-parent" });
  mongo = new MongoClient(mongod.uri("admin"));
  const [user, product, order] = await Promise.all([database("userdb"), database("productdb"), database("orderdb")]);
  stack = await startStack({ databases: { user, product, order } });
});
afterAll(async () => {
  await stack.stop();
  await mongo.close();
  await mongod.kill();
  await rm(directory, { recursive: true, force: true });
});

test("every route answers in time while no write to the database ends", async () => {
  const requests = await requestsOfAllRoutes();
  await mongo.db().command({ fsync: 1, lock: true });
  try {
    const answers = await sendAll(requests, { read: 200, write: 503, none: 200 });
    expect(answers.filter(({ isRight, line }) => !isRight || line.includes(GIVEN_UP))).toEqual([]);
  } finally {
    await mongo.db().command({ fsyncUnlock: 1 });
  }
});

test("whoever signs in again and again while no write ends is not locked out", async () => {
  const { email } = await stack.customer();
  const refused = Array.from({ length: TURNS }, () => 503);
  await mongo.db().command({ fsync: 1, lock: true });
  try {
    // No more at a time than have a turn: one that waits for its turn is not counted anyway.
    for (let tries = 0; tries < SIGN_IN_FAILURES_MAX; tries += TURNS)
      expect(await Promise.all(refused.map(() => statusOfSignIn(email)))).toEqual(refused);
  } finally {
    await mongo.db().command({ fsyncUnlock: 1 });
  }
  await eventually(
    () => statusOfSignIn(email),
    (status) => status === 200,
  );
});

test("an attempt whose count MongoDB holds up until its socket gives up is not left counted", async () => {
  const { email } = await stack.customer();
  await mongo.db().command({ fsync: 1, lock: true });
  try {
    expect(await statusOfSignIn(email)).toBe(503);
    await Bun.sleep(SOCKET_MAX_MS);
  } finally {
    await mongo.db().command({ fsyncUnlock: 1 });
  }
  const account = `account:${createHash("sha256").update(email).digest("base64url")}`;
  const counters = mongo.db("userdb").collection<{ _id: string; count: number }>("throttle");
  const count = async () => (await counters.findOne({ _id: account }))?.count;
  // What MongoDB has held up it does before this.
  expect(await statusOfSignIn(email)).toBe(200);
  expect(await count()).toBe(0);
});

test("every route answers in time while the database is frozen", async () => {
  const requests = await requestsOfAllRoutes();
  process.kill(mongod.pid, "SIGSTOP");
  try {
    await silence();
    const answers = await sendAll(requests, { read: 503, write: 503, none: 200 });
    expect(answers.filter(({ isRight }) => !isRight)).toEqual([]);
  } finally {
    process.kill(mongod.pid, "SIGCONT");
  }
});

/** What a route needs of the database for its answer, who asks it, what stands in its path, and its body. */
interface Request {
  readonly needs: "read" | "write" | "none";
  readonly token?: string;
  readonly path?: Record<string, string>;
  readonly body?: object;
}

/** One request of each operation that the documents name, those of every service aside; each changes things of its own. */
async function requestsOfAllRoutes(): Promise<Record<string, Request>> {
  const { admin, adminToken } = stack;
  const [owner, other] = [await stack.customer(), await stack.customer()];
  const signIn = { email: owner.email, password: PASSWORD };
  const session = async () => ({ refreshToken: (await stack.as().auth.login(signIn)).refreshToken });
  const { id: addressId } = await owner.client.users.addresses.create(owner.id, ADDRESS);
  const { id: productId } = await admin.products.create({ name: "Lamp", price: 1, stock: 10 });
  const cart = { userId: owner.id, items: [{ productId, quantity: 1 }] };
  const { order } = await owner.client.orders.place(cart);
  const [service, own] = [{ token: await stack.serviceToken() }, { token: owner.token }];
  const asAdmin = { token: adminToken };
  const [hers, his] = [{ id: owner.id }, { id: other.id }];
  const move = { needs: "write", ...service, path: { orderId: order.id }, body: { rid: "a".repeat(32) } } as const;
  const reservation = { ...cart, fingerprint: "c".repeat(64) };
  const read = (more: Omit<Request, "needs"> = asAdmin): Request => ({ needs: "read", ...more });
  const write = (more: Omit<Request, "needs">): Request => ({ needs: "write", ...more });
  return {
    createUser: write({ body: { email: `${crypto.randomUUID()}@example.com`, password: PASSWORD, name: "Bo" } }),
    listUsers: read(),
    lookUpUsers: read({ ...service, body: { ids: [owner.id] } }),
    getUser: read({ ...own, path: hers }),
    updateUser: write({ ...asAdmin, path: his, body: { name: "Cy" } }),
    deleteUser: write({ ...asAdmin, path: his }),
    changeUserRole: write({ ...asAdmin, path: his, body: { role: "admin" } }),
    changeUserStatus: write({ ...asAdmin, path: his, body: { status: "suspended" } }),
    listAddresses: read({ ...own, path: hers }),
    createAddress: write({ ...own, path: hers, body: ADDRESS }),
    updateAddress: write({ ...own, path: { ...hers, addressId }, body: ADDRESS }),
    deleteAddress: write({ ...own, path: { ...hers, addressId } }),
    login: write({ body: signIn }),
    refresh: write({ body: await session() }),
    logout: write({ body: await session() }),
    clientToken: { needs: "none", body: stack.serviceAccount },
    getKeySet: { needs: "none" },
    listSigningKeys: { needs: "none", ...asAdmin },
    rotateKeys: write({ ...asAdmin, body: {} }),
    resetPassword: write({ body: { email: owner.email } }),
    confirmPasswordReset: write({ body: { token: await mailedToken(owner), newPassword: `${PASSWORD}!` } }),
    verifyEmail: write({ body: { token: "d".repeat(43) } }),
    requestEmailVerification: write({ ...own, path: hers, body: { currentPassword: PASSWORD } }),
    changePassword: write({
      ...own,
      path: hers,
      body: { currentPassword: PASSWORD, newPassword: `${PASSWORD}?` },
    }),
    listProducts: read({}),
    createProduct: write({ ...asAdmin, body: { name: "Chair", price: 1, stock: 1 } }),
    getProduct: read({ path: { id: productId } }),
    updateProduct: write({ ...asAdmin, path: { id: productId }, body: { price: 2 } }),
    deleteProduct: write({ ...asAdmin, path: { id: productId } }),
    adjustStock: write({ ...asAdmin, path: { id: productId }, body: { delta: 1, reason: "found" } }),
    reserve: write({ ...service, path: { orderId: newId() }, body: reservation }),
    // Each of its commands has a status of its own.
    reservationBatch: {
      needs: "none",
      ...service,
      body: { commands: [{ command: "reserve", orderId: newId(), ...reservation }] },
    },
    confirmReservation: move,
    releaseReservation: move,
    settleReservation: move,
    listReservations: read(service),
    auditProducts: read(),
    auditReservations: read(),
    auditReservation: read({ ...asAdmin, path: { orderId: order.id } }),
    placeOrder: write({ ...own, body: cart }),
    listOrders: read(),
    getOrder: read({ ...own, path: { id: order.id } }),
    listOrdersOfUser: read({ ...own, path: { userId: owner.id } }),
    changeOrderStatus: write({ ...asAdmin, path: { id: order.id }, body: { status: "processing" } }),
    listOutbox: read(),
    retryOutboxEntry: write({ ...asAdmin, path: { orderId: order.id, entryId: "release" }, body: {} }),
    auditOrders: read(),
    auditOrder: read({ ...asAdmin, path: { id: order.id } }),
  };
}

interface Route {
  readonly name: string;
  readonly method: string;
  readonly url: string;
}

/** Sends all at once, and tells whether each is answered in time and with the status of its need. */
async function sendAll(requests: Readonly<Record<string, Request>>, statuses: Record<Request["needs"], number>) {
  const routes = await documentedRoutes();
  expect(routes.map(({ name }) => name).sort()).toEqual(Object.keys(requests).sort());
  return Promise.all(
    routes.map(async (route) => {
      const { needs, token, path = {}, body } = requests[route.name] ?? { needs: "none" };
      const url = route.url.replaceAll(/\{(\w+)\}/g, (_, name: string) => path[name] ?? "");
      const headers = { ...(token && { authorization: `Bearer ${token}` }), "content-type": "application/json" };
      const sentAt = performance.now();
      const answer = await fetch(url, { method: route.method, headers, ...(body && { body: JSON.stringify(body) }) });
      const text = await answer.text();
      const tookMs = Math.round(performance.now() - sentAt);
      const { status } = answer;
      const isRight =
        tookMs < ANSWER_MAX_MS &&
        status === statuses[needs] &&
        // Two where a password waits for its turn.
        (status !== 503 || /^[12]$/.test(answer.headers.get("retry-after") ?? ""));
      return { isRight, line: `${route.name}: ${status} after ${tookMs} ms, ${text.slice(0, 200)}` };
    }),
  );
}

/** The operations of all documents but those that every service has. */
async function documentedRoutes(): Promise<Route[]> {
  const routes: Route[] = [];
  for (const base of Object.values(stack.urls)) {
    const { paths } = (await (await fetch(`${base}/swagger/json`)).json()) as {
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    for (const [path, operations] of Object.entries(paths))
      for (const [method, { operationId: name }] of Object.entries(operations))
        if (!["/health", "/meta", "/metrics"].includes(path))
          routes.push({ name, method: method.toUpperCase(), url: `${base}${path}` });
  }
  return routes;
}

async function statusOfSignIn(email: string): Promise<number> {
  const body = JSON.stringify({ email, password: PASSWORD });
  const headers = { "content-type": "application/json" };
  return (await fetch(`${stack.urls.user}/auth/login`, { method: "POST", headers, body })).status;
}

/** Waits until the database has stopped answering: a process that is told to stop may still answer some. */
async function silence(): Promise<void> {
  const answers = () =>
    Promise.race([
      mongo
        .db()
        .command({ ping: 1 })
        .then(() => true)
        .catch(() => false),
      Bun.sleep(500).then(() => false),
    ]);
  while (await answers());
}

const newId = () => new ObjectId().toHexString();

/** A token that resets the password, as a mail would bring it. */
async function mailedToken({ id, email }: { id: string; email: string }): Promise<string> {
  const token = crypto.randomUUID().padEnd(43, "e");
  await mongo
    .db("userdb")
    .collection<{ _id: string }>("mail_tokens")
    .insertOne({
      ...{ _id: createHash("sha256").update(token).digest("hex"), purpose: "password-reset", emailKey: email },
      ...{ userId: new ObjectId(id), expiresAt: new Date(Date.now() + 600_000) },
    });
  return token;
}

async function database(name: string): Promise<TestDatabase> {
  const uri = mongod.uri(name);
  const connected = await connectDatabase(uri, { clock: systemClock, logger: silentLogger });
  return { database: connected, uri, drop: () => connected.close() };
}
