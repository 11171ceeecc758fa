import { systemClock } from "@pos/service-kit/clock";
import { connectDatabase } from "@pos/service-kit/database";
import { testDatabase } from "@pos/testing/database";
import { eventually } from "@pos/testing/eventually";
import { silentLogger } from "@pos/testing/logger";
import { tcpProxy } from "@pos/testing/tcp-proxy";
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { type ChangeStreamInsertDocument, ObjectId } from "mongodb";
import { ADMIN, type Replica, SLOW_MS, startReplica, testClock } from "./test/user-service.ts";
import { hashOfToken } from "./tokens.ts";

setDefaultTimeout(SLOW_MS);

const direct = await testDatabase("outage");
const target = new URL(direct.uri);
const proxy = await tcpProxy({ target: { host: target.hostname, port: Number(target.port) } });
const through = new URL(direct.uri);
through.port = String(proxy.port);
through.searchParams.delete("replicaSet");
through.searchParams.set("directConnection", "true");
const database = await connectDatabase(through.href, { clock: systemClock, logger: silentLogger });

let replica: Replica;
beforeAll(async () => {
  replica = await startReplica({ database: { database, uri: through.href, drop: async () => undefined } });
});
afterAll(async () => {
  await replica.stop();
  await database.close();
  await proxy.close();
  await direct.drop();
});

test("the facts name the replica set, though MONGO_URI does not", async () => {
  const admin = await replica.admin();
  expect(await admin.operation.meta("user")).toMatchObject({ replicaSet: "rs0" });
});

test("while the database is away every route that needs it answers 503, the key set goes on, and all recovers", async () => {
  const { id, token, credentials, refreshToken } = await replica.customer();
  const { token: adminToken } = await replica.as().auth.login(ADMIN);
  const person = { email: "new@example.com", password: "correct horse", name: "New" };
  const requests = [
    ["POST", "/users", { body: person }],
    ["GET", `/users/${id}`, { token }],
    ["PUT", `/users/${id}`, { token, body: { email: "other@example.com" } }],
    ["PUT", `/users/${id}/role`, { token: adminToken, body: { role: "admin" } }],
    ["GET", "/users?search=ada", { token: adminToken }],
    ["GET", `/users/${id}/addresses`, { token }],
    ["POST", "/auth/login", { body: credentials }],
    ["POST", "/auth/refresh", { body: { refreshToken } }],
    ["POST", "/auth/password-reset", { body: { email: credentials.email } }],
    ["POST", "/auth/keys/rotate", { token: adminToken, body: {} }],
    ["GET", "/health", {}],
  ] as const;
  proxy.cut();
  const answers = await Promise.all(
    requests.map(async ([method, path, options]) => {
      const { status } = await replica.send(method, path, options);
      return `${method} ${path} ${status}`;
    }),
  );
  expect(answers).toEqual(requests.map(([method, path]) => `${method} ${path} 503`));
  expect((await replica.as().auth.keys()).keys.length).toBe(1);
  expect((await replica.machine()).users).toBeDefined();
  proxy.restore();
  await eventually(
    () => replica.send("GET", "/health"),
    ({ status }) => status === 200,
  );
  expect((await replica.as().auth.login(credentials)).userId).toBe(id);
  expect((await replica.send("PUT", `/users/${id}`, { token, body: { email: "other@example.com" } })).status).toBe(200);
});

test("while the database does not answer, the key set comes before a read of it is given up", async () => {
  const { id, client } = await replica.customer();
  proxy.loseAnswers(true);
  const read = client.users.get(id).catch((error: unknown) => error);
  await Bun.sleep(100);
  const first = await Promise.race([replica.as().auth.keys(), read]);
  proxy.loseAnswers(false);
  // Else the driver, which waits for a lost answer too, would break all connections off at some time in the next tests.
  proxy.cut();
  proxy.restore();
  expect(first).toMatchObject({ keys: [{ kty: "EC" }] });
  await eventually(
    () => replica.send("GET", "/health"),
    ({ status }) => status === 200,
  );
});

test("a refresh that nobody waits for any more does not end the session of who asks again later", async () => {
  const clock = testClock();
  const later = await startReplica({ clock, database: { database, uri: through.href, drop: async () => undefined } });
  const { refreshToken } = await later.customer();
  const written = direct.database.db
    .collection<{ _id: string }>("refresh_tokens")
    .watch<never, ChangeStreamInsertDocument<{ _id: string }>>([{ $match: { operationType: "insert" } }]);
  // Opens it.
  await written.tryNext();
  proxy.holdAnswers(true);
  expect((await later.send("POST", "/auth/refresh", { body: { refreshToken } })).status).toBe(503);
  proxy.holdAnswers(false);
  // Time for what goes on unwatched.
  await eventually(
    () => later.send("GET", "/health"),
    ({ status }) => status === 200,
  );
  await Bun.sleep(200);
  clock.advance(11_000);
  const next = await later.as().auth.refresh(refreshToken);
  // Nor was there a successor for a moment: who asks again just then would be taken for a thief.
  expect((await written.next()).documentKey._id).toBe(hashOfToken(String(next.refreshToken)));
  await written.close();
  await later.stop();
});

test("a refresh that the last of its writes makes late does not end the session either", async () => {
  const clock = testClock();
  const later = await startReplica({ clock, database: { database, uri: through.href, drop: async () => undefined } });
  const { refreshToken: first, id } = await later.customer();
  // With the connections that it takes: opening one is answered late, too.
  const { refreshToken } = await later.as().auth.refresh(first);
  clock.advance(1);
  const refresh = () => later.send("POST", "/auth/refresh", { body: { refreshToken } });
  const tokens = direct.database.db.collection("refresh_tokens");
  // Three commands come back within 4 s, the fourth does not: it writes the successor.
  proxy.delayAnswers(1200);
  expect((await refresh()).status).toBe(503);
  proxy.delayAnswers(0);
  await eventually(
    () => tokens.countDocuments({ userId: new ObjectId(id) }),
    (count) => count === 2,
  );
  clock.advance(11_000);
  expect((await refresh()).status).toBe(200);
  await later.stop();
});

test("while the database is away nobody can tell whether a token's unknown key is a new one", async () => {
  const { id, token } = await replica.customer();
  const header = Buffer.from(JSON.stringify({ alg: "ES256", kid: "unseen" })).toString("base64url");
  const unseen = [header, ...token.split(".").slice(1)].join(".");
  const status = async () => (await replica.send("GET", `/users/${id}`, { token: unseen })).status;
  proxy.cut();
  expect(await status()).toBe(503);
  proxy.restore();
  await eventually(status, (answered) => answered === 401);
});
