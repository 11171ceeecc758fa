import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { serviceToken } from "@pos/client/service-token";
import { createTransport } from "@pos/client/transport";
import { usersClient } from "@pos/client/users";
import { systemClock } from "@pos/service-kit/clock";
import { testLogger } from "@pos/testing/logger";
import { type TcpProxy, tcpProxy } from "@pos/testing/tcp-proxy";
import type { Users } from "../placement/ports.ts";
import { createUsers } from "./users.ts";

setDefaultTimeout(30_000);
const known = "a".repeat(24);
const suspended = "b".repeat(24);
const unknown = "c".repeat(24);
const log = testLogger();
/** What the server that stands for user-service received and how it answers: a real server, so real HTTP. */
const server = {
  lookups: [] as string[][],
  traces: [] as (string | null)[],
  tokens: 0,
  revoked: new Set<string>(),
  delayMs: 5,
  /** How many lookups from now on lose their connection after they were received. */
  cuts: 0,
};
let proxy: TcpProxy;
let http: ReturnType<typeof Bun.serve>;
let users: Users;

beforeAll(async () => {
  http = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      if (new URL(request.url).pathname === "/auth/token") {
        return Response.json({ access_token: `token-${++server.tokens}`, token_type: "Bearer", expires_in: 900 });
      }
      const { ids } = (await request.json()) as { ids: string[] };
      server.lookups.push(ids);
      server.traces.push(request.headers.get("x-request-id"));
      await Bun.sleep(server.delayMs);
      if (server.cuts-- > 0) {
        proxy.cut();
        proxy.restore();
      }
      if (server.revoked.has(request.headers.get("authorization") ?? ""))
        return Response.json({ error: { code: "UNAUTHORIZED", message: "no" } }, { status: 401 });
      const statuses: Record<string, string> = { [known]: "active", [suspended]: "suspended" };
      return Response.json({
        users: ids.flatMap((id) => (statuses[id] === undefined ? [] : [{ id, status: statuses[id] }])),
      });
    },
  });
  proxy = await tcpProxy({ target: { host: "127.0.0.1", port: http.port ?? 0 } });
});
beforeEach(() => {
  Object.assign(server, { lookups: [], traces: [], tokens: 0, revoked: new Set(), delayMs: 5, cuts: 0 });
  const url = `http://127.0.0.1:${proxy.port}`;
  const token = serviceToken({ userServiceUrl: url, clientId: "order-service", clientSecret: "s" });
  const client = usersClient(createTransport({ baseUrl: url, token }));
  users = createUsers(client, { token, clock: systemClock, logger: log.logger })({ "x-request-id": "request-1" });
});
afterAll(async () => {
  await proxy.close();
  await http.stop(true);
});

const check = (id: string, withinMs = 5000) => users.check(id, Date.now() + withinMs);

test("many questions at once share few calls, each with its own verdict", async () => {
  const ids = Array.from({ length: 300 }, (_, index) => [known, suspended, unknown][index % 3] ?? known);
  const verdicts = await Promise.all(ids.map((id) => check(id)));
  expect(verdicts.slice(0, 3)).toEqual([
    { kind: "active" },
    { kind: "refused", reason: "suspended" },
    { kind: "refused", reason: "unknown" },
  ]);
  expect(new Set(verdicts.map((verdict) => JSON.stringify(verdict))).size).toBe(3);
  expect(server.lookups.length).toBeLessThan(10);
  expect(server.lookups.every((asked) => asked.length === new Set(asked).size)).toBe(true);
  expect(server.traces[0]).toBe("request-1");
});

test("a question is never answered by a call that began before it", async () => {
  server.delayMs = 100;
  const first = check(known);
  await Bun.sleep(50);
  const second = check(known);
  await Promise.all([first, second]);
  expect(server.lookups).toHaveLength(2);
});

test("a late answer is no answer", async () => {
  server.delayMs = 500;
  expect(await check(known, 50)).toMatchObject({ kind: "unanswered", reason: "unavailable" });
  expect(await check(known, -1)).toMatchObject({ kind: "unanswered", reason: "unavailable" });
});

test("a token that is revoked is fetched anew, once", async () => {
  expect(await check(known)).toEqual({ kind: "active" });
  server.revoked.add("Bearer token-1");
  expect(await check(known)).toEqual({ kind: "active" });
  expect(server.tokens).toBe(2);
});

test("a token that is refused again is our own fault: no verdict, and an error in the log", async () => {
  for (let number = 1; number < 9; number++) server.revoked.add(`Bearer token-${number}`);
  const cause = { message: "user-service answered 401: no" };
  expect(await check(known)).toMatchObject({ kind: "unanswered", reason: "denied", cause });
  expect(server.tokens).toBe(2);
  expect(log.entries().at(-1)).toMatchObject({ level: "error", to: "user-service" });
});

test("a question whose connection is cut is asked again, once", async () => {
  server.cuts = 1;
  expect(await check(known)).toEqual({ kind: "active" });
  expect(server.lookups).toHaveLength(2);
  server.cuts = 9;
  expect(await check(known)).toMatchObject({ kind: "unanswered", reason: "unavailable" });
  expect(server.lookups).toHaveLength(4);
});

test("a question that is not answered in time is not asked again", async () => {
  // The token is there and the connection is: the question reaches the server well before its time is over.
  expect(await check(known)).toEqual({ kind: "active" });
  server.delayMs = 1300;
  expect(await check(known, 1000)).toMatchObject({ kind: "unanswered", reason: "unavailable" });
  await Bun.sleep(500);
  expect(server.lookups).toHaveLength(2);
});
