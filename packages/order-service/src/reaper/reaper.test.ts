import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Reservation } from "@pos/contracts/reservations";
import type { Clock } from "@pos/service-kit/clock";
import { eventually } from "@pos/testing/eventually";
import { silentLogger } from "@pos/testing/logger";
import { type Stack, startStack } from "@pos/testing/stack";
import { ObjectId } from "mongodb";
import { deriveOrderId } from "../placement/identity.ts";
import { Reaper } from "./reaper.ts";

setDefaultTimeout(120_000);
const STOCK = 100;
let stack: Stack;
let customer: Awaited<ReturnType<Stack["customer"]>>;
beforeAll(async () => {
  stack = await startStack({ env: { PLACEMENT_TIMEOUT_MS: "2000", REAPER_AGE_MS: "3000", REAPER_PERIOD_MS: "50" } });
  customer = await stack.customer();
});
afterAll(() => stack.stop());

test("a placement whose reservation was answered into the void gives its stock back, and its key goes on", async () => {
  const product = await stack.admin.products.create({ name: "Lamp", price: 1, stock: STOCK });
  const body = { userId: customer.id, items: [{ productId: product.id, quantity: 3 }] };
  const stock = async () => (await stack.admin.products.get(product.id)).stock;
  stack.proxies.product.loseAnswers(true);
  const refused = await customer.client.orders.place(body, { idempotencyKey: "k" }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ status: 503 });
  await eventually(stock, (units) => units === STOCK - 3);
  stack.proxies.product.cut();
  stack.proxies.product.loseAnswers(false);
  stack.proxies.product.restore();
  await eventually(stock, (units) => units === STOCK);
  const first = deriveOrderId(customer.id, "k", 0);
  expect((await stack.admin.audit.order(first)).status).toBe("void");
  const { order } = await customer.client.orders.place(body, { idempotencyKey: "k" });
  expect(order.id).toBe(deriveOrderId(customer.id, "k", 1));
  expect(await stock()).toBe(STOCK - 3);
  const again = await customer.client.orders.place(body, { idempotencyKey: "k" });
  expect(again).toEqual({ order, isReplayed: true });
});

test("one hold that cannot be settled waits longer each time and starves no other", async () => {
  const reservation = (digit: string): Reservation => ({
    orderId: digit.repeat(24),
    rid: "0".repeat(32),
    userId: "a".repeat(24),
    state: "held",
    fingerprint: "f".repeat(64),
    items: [],
    createdAt: "2026-01-01T00:00:00.000Z",
    updatedAt: "2026-01-01T00:00:00.000Z",
  });
  let nowMs = 0;
  const clock: Clock = { now: () => nowMs, sleep: async () => undefined };
  const reaped: string[] = [];
  const reaper = new Reaper({
    reservations: {
      // Two pages, the stuck one first in each round.
      list: async (query) =>
        query?.cursor === undefined
          ? { reservations: [reservation("1")], nextCursor: "next" }
          : { reservations: [reservation("2")] },
    },
    reap: async ({ orderId }) => {
      reaped.push(orderId.slice(0, 1));
      return orderId.startsWith("1") ? "later" : "released";
    },
    follow: async () => "later",
    clock,
    logger: silentLogger,
    periodMs: 1000,
    ageMs: 60_000,
  });
  const times: number[] = [];
  for (; nowMs <= 60_000; nowMs += 500) {
    reaped.length = 0;
    await reaper.round(new AbortController().signal);
    expect(reaped).toContain("2");
    if (reaped.includes("1")) times.push(nowMs);
  }
  expect(times).toEqual([0, 1000, 3000, 7000, 15_000, 30_000, 45_000, 60_000]);
  // A clock that is set back does not make it wait for as long.
  nowMs -= 3_600_000;
  reaped.length = 0;
  await reaper.round(new AbortController().signal);
  expect(reaped).toContain("1");
});

test("an order whose confirm got lost is found within seconds; a placement under way keeps its hold", async () => {
  const patient = await startStack({ env: { REAPER_AGE_MS: "3600000", REAPER_PERIOD_MS: "50" } });
  try {
    const product = await patient.admin.products.create({ name: "Lamp", price: 1, stock: STOCK });
    const items = [{ productId: product.id, quantity: 3 }];
    const { order } = await patient.admin.orders.place({ userId: (await patient.customer()).id, items });
    const stateOf = async (id: string) => (await patient.admin.audit.reservation(id)).state;
    await eventually(
      () => stateOf(order.id),
      (state) => state === "confirmed",
    );
    const reservations = patient.databases.product.database.db.collection("reservations");
    const [confirmed] = await reservations.find().toArray();
    if (confirmed === undefined) throw new Error("there is no reservation");
    const underWay = { ...confirmed, _id: new ObjectId(), state: "held", createdAt: new Date(Date.now() - 60_000) };
    await reservations.insertOne(underWay);
    await reservations.updateOne({ _id: confirmed._id }, { $set: { state: "held", createdAt: new Date() } });
    await eventually(
      () => stateOf(order.id),
      (state) => state === "confirmed",
    );
    const { ageMs } = await patient.admin.audit.reservation(order.id);
    expect(ageMs).toBeGreaterThanOrEqual(3000);
    expect(await stateOf(underWay._id.toHexString())).toBe("held");
    expect(await patient.admin.audit.order(underWay._id.toHexString()).catch(({ status }) => status)).toBe(404);
  } finally {
    await patient.stop();
  }
});
