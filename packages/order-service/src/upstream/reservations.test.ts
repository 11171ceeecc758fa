import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { reservationsClient } from "@pos/client/reservations";
import { serviceToken } from "@pos/client/service-token";
import { createTransport } from "@pos/client/transport";
import {
  DEADLINE_HEADER,
  type ReservationBatch,
  type ReservationCommand,
  type ReservationCommandResult,
} from "@pos/contracts/reservations";
import { systemClock } from "@pos/service-kit/clock";
import { runInScope } from "@pos/service-kit/scope";
import { testLogger } from "@pos/testing/logger";
import type { Reservations } from "../placement/ports.ts";
import { createHolds, createReservations } from "./reservations.ts";

setDefaultTimeout(30_000);
const RID = "f".repeat(32);
const FINGERPRINT = "0".repeat(64);
const PRODUCT = "d".repeat(24);
const log = testLogger();
type Answer = (commands: readonly ReservationCommand[]) => Response | ReservationCommandResult[];

/** What the server that stands for product-service received and how it answers: a real server, so real HTTP. */
const server = {
  batches: [] as ReservationCommand[][],
  /** Milliseconds that each request said it would wait. */
  waits: [] as number[],
  answer: answerAll as Answer,
  delayMs: 5,
  tokens: 0,
  revoked: new Set<string>(),
};
let http: ReturnType<typeof Bun.serve>;
let reservations: Reservations;
let holds: ReturnType<typeof createHolds>;

beforeAll(() => {
  http = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      if (new URL(request.url).pathname === "/auth/token")
        return Response.json({ access_token: `token-${++server.tokens}`, token_type: "Bearer", expires_in: 900 });
      if (server.revoked.has(request.headers.get("authorization") ?? "")) return refuse(401, "UNAUTHORIZED");
      if (request.method === "GET") return Response.json({ reservations: [] });
      const { commands } = (await request.json()) as ReservationBatch;
      server.batches.push(commands);
      server.waits.push(Number(request.headers.get(DEADLINE_HEADER)));
      await Bun.sleep(server.delayMs);
      const answer = server.answer(commands);
      return answer instanceof Response ? answer : Response.json({ results: answer });
    },
  });
});
beforeEach(() => {
  Object.assign(server, { batches: [], waits: [], answer: answerAll, delayMs: 5, tokens: 0, revoked: new Set() });
  const url = `http://127.0.0.1:${http.port}`;
  const token = serviceToken({ userServiceUrl: url, clientId: "order-service", clientSecret: "s" });
  const client = reservationsClient(createTransport({ baseUrl: url, token }));
  const tools = { token, clock: systemClock, logger: log.logger };
  reservations = createReservations(client, tools);
  holds = createHolds(client, tools);
});
afterAll(() => http.stop(true));

function answerAll(commands: readonly ReservationCommand[]): ReservationCommandResult[] {
  return commands.map(answerOne);
}

function answerOne(command: ReservationCommand): ReservationCommandResult {
  const { orderId } = command;
  if (command.command !== "reserve") return { moved: { orderId, state: "confirmed" } };
  const at = new Date(0).toISOString();
  const { userId, fingerprint } = command;
  const items = command.items.map((item) => ({ ...item, productName: "Lamp", price: 2.5 }));
  return {
    reservation: { orderId, rid: RID, userId, state: "held", fingerprint, items, createdAt: at, updatedAt: at },
  };
}

const idOf = (number: number) => number.toString(16).padStart(24, "0");
const refuse = (status: number, code: string) => Response.json({ error: { code, message: "no" } }, { status });

function reserve(number: number, { withinMs = 5000, lines = 1 } = {}) {
  const items = Array.from({ length: lines }, () => ({ productId: PRODUCT, quantity: 1 }));
  const command = { orderId: idOf(number), userId: idOf(1), fingerprint: FINGERPRINT, items };
  return reservations.reserve(command, Date.now() + withinMs);
}
const confirm = (number: number) =>
  reservations.move("confirm", { orderId: idOf(number), rid: RID }, Date.now() + 5000);

test("orders that are placed together share few requests, each with its own verdict", async () => {
  server.answer = (commands) =>
    commands.map((command) => {
      const kind = Number.parseInt(command.orderId, 16) % 3;
      if (kind === 0) return answerOne(command);
      return { error: { code: kind === 1 ? "INSUFFICIENT_STOCK" : "SERVICE_UNAVAILABLE", message: "no" } };
    });
  const verdicts = await Promise.all(Array.from({ length: 300 }, (_, number) => reserve(number)));
  for (const [number, verdict] of verdicts.entries()) {
    if (number % 3 === 0) expect(verdict).toMatchObject({ kind: "held", rid: RID });
    else if (number % 3 === 1) expect(verdict).toMatchObject({ kind: "refused", code: "INSUFFICIENT_STOCK" });
    else expect(verdict).toMatchObject({ kind: "unanswered", reason: "unavailable", retryAfterSeconds: 1 });
  }
  expect(server.batches.length).toBeLessThan(10);
  expect(Math.max(...server.batches.map(({ length }) => length))).toBeLessThanOrEqual(200);
});

test("a request carries at most 1,000 lines, so that it is never too large", async () => {
  await Promise.all(Array.from({ length: 60 }, (_, number) => reserve(number, { lines: 100 })));
  expect(server.batches.length).toBeGreaterThanOrEqual(6);
  for (const batch of server.batches) expect(batch.length).toBeLessThanOrEqual(10);
});

test("holds and moves go in requests of their own", async () => {
  const [held, moved] = await Promise.all([reserve(3), confirm(4)]);
  expect([held.kind, moved]).toEqual(["held", { kind: "moved", state: "confirmed" }]);
  expect(server.batches).toHaveLength(2);
});

test("a command says whose request it is", async () => {
  const scope = { requestId: "request-1", traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-00` };
  await runInScope(scope, () => reserve(5));
  expect(server.batches[0]?.[0]).toMatchObject(scope);
});

test("a request says how long its callers still wait, at most 4 s", async () => {
  await reserve(5, { withinMs: 1500 });
  await reserve(6, { withinMs: 60_000 });
  expect(server.waits[0]).toBeGreaterThan(0);
  expect(server.waits[0]).toBeLessThanOrEqual(1500);
  expect(server.waits[1]).toBe(4000);
});

test("one bad command does not refuse the others of its request", async () => {
  const isBad = ({ orderId }: ReservationCommand) => orderId === idOf(7);
  server.answer = (commands) => (commands.some(isBad) ? refuse(400, "VALIDATION_ERROR") : answerAll(commands));
  const verdicts = await Promise.all([reserve(6), reserve(7), reserve(8)]);
  expect(verdicts.map(({ kind }) => kind)).toEqual(["held", "unanswered", "held"]);
  const moves = await Promise.all([confirm(7), confirm(9)]);
  expect(moves.map(({ kind }) => kind)).toEqual(["refused", "moved"]);
});

test.each<[string, Answer, string]>([
  ["503", () => refuse(503, "SERVICE_UNAVAILABLE"), "unavailable"],
  ["500", () => refuse(500, "INTERNAL_ERROR"), "broken"],
  ["403", () => refuse(403, "FORBIDDEN"), "denied"],
  ["too few results", (commands) => answerAll(commands).slice(1), "broken"],
  ["results of other commands", (commands) => answerAll(commands).toReversed(), "broken"],
  ["a move in place of a hold", (commands) => commands.map(({ orderId }) => movedOf(orderId)), "broken"],
  ["no results", () => Response.json({}), "broken"],
])("a request that comes back with %s decides nothing for any of its orders", async (_what, answer, reason) => {
  server.answer = answer;
  const verdicts = await Promise.all([reserve(10), reserve(11)]);
  for (const verdict of verdicts) expect(verdict).toMatchObject({ kind: "unanswered", reason });
});

test.each<[string, Answer]>([
  ["request", () => refuse(503, "SERVICE_UNAVAILABLE")],
  ["command", (commands) => commands.map(() => ({ error: { code: "SERVICE_UNAVAILABLE", message: "no" } }))],
])("the cause of a %s that failed names the service", async (_what, answer) => {
  server.answer = answer;
  expect(await reserve(15)).toMatchObject({ cause: { message: "product-service answered 503: no" } });
});

test("a late answer is no answer, for those alone whose time is over", async () => {
  server.delayMs = 300;
  const [impatient, patient] = await Promise.all([reserve(12, { withinMs: 100 }), reserve(13)]);
  expect(impatient).toMatchObject({ kind: "unanswered", reason: "unavailable" });
  expect(patient.kind).toBe("held");
  expect(await reserve(14, { withinMs: -1 })).toMatchObject({ kind: "unanswered", reason: "unavailable" });
});

test("holds are listed with a new token after the one before was revoked, and no answer is an error", async () => {
  expect(await holds.list({ state: "held" })).toEqual({ reservations: [] });
  server.revoked.add("Bearer token-1");
  expect(await holds.list({ state: "held" })).toEqual({ reservations: [] });
  expect(server.tokens).toBe(2);
  for (const number of [2, 3]) server.revoked.add(`Bearer token-${number}`);
  await expect(holds.list({ state: "held" })).rejects.toThrow("product-service");
});

const movedOf = (orderId: string): ReservationCommandResult => ({ moved: { orderId, state: "held" } });
