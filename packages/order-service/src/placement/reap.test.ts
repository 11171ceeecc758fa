import { expect, test } from "bun:test";
import { memoryWorld, type Script } from "../test/memory-world.ts";
import { pendingOrder } from "./documents.ts";
import type { StoredOrder } from "./order.ts";
import { followOrder, reapReservation } from "./reap.ts";

const orderId = "1".repeat(24);
const hold = { orderId, rid: "rid", userId: "a".repeat(24), fingerprint: "f" };

async function reap(script: Script, order?: Partial<StoredOrder>, step = reapReservation) {
  const world = memoryWorld(script);
  const command = { orderId, userId: hold.userId, fingerprint: "f", items: [] };
  world.holds.set(orderId, { rid: "rid", state: "held", command });
  const facts = { id: orderId, userId: hold.userId, fingerprint: "f", rid: "rid" };
  const pending = pendingOrder(facts, { items: [], totalAmount: 1, by: "x" }, world.ports);
  if (order !== undefined) world.orders.set(orderId, { ...pending, ...order });
  const reaping = await step(hold, world.ports);
  return { world, reaping, state: world.holds.get(orderId)?.state };
}

test("a hold without an order goes back, behind a tombstone", async () => {
  const { world, reaping, state } = await reap({});
  expect([reaping, state]).toEqual(["released", "released"]);
  expect(world.orders.get(orderId)?.status).toBe("void");
});

test.each(["pending", "processing", "completed"] as const)("the hold of a %s order is confirmed", async (status) => {
  const { world, reaping, state } = await reap({}, { status });
  expect([reaping, state]).toEqual(["confirmed", "confirmed"]);
  expect(world.orders.get(orderId)?.status).toBe(status);
});

test.each(["void", "cancelled"] as const)("the hold of a %s order goes back", async (status) => {
  expect(await reap({}, { status })).toMatchObject({ reaping: "released", state: "released" });
});

test("a hold that is not the one of the live order goes back, with an alarm", async () => {
  const { world, reaping } = await reap({}, { rid: "another" });
  expect(reaping).toBe("released");
  expect(world.alarms).toHaveLength(1);
});

test("the hold of an order that never knew its token is confirmed", async () => {
  const world = memoryWorld();
  const facts = { id: orderId, userId: hold.userId, fingerprint: "f", rid: "x" };
  const { rid: _unknown, ...earlier } = pendingOrder(facts, { items: [], totalAmount: 1, by: "x" }, world.ports);
  world.orders.set(orderId, earlier);
  expect(await reapReservation(hold, world.ports)).toBe("confirmed");
});

test.each<[string, Script]>([
  ["the tombstone is not acknowledged", { insert: [{ kind: "unknown" }] }],
  ["the tombstone is stored but not acknowledged", { insert: [{ kind: "unknown" }], insertsHappen: true }],
  ["a duplicate is not what a majority has", { insert: [{ kind: "duplicate" }], readMajority: [{ kind: "none" }] }],
  ["the read fails", { insert: [{ kind: "duplicate" }], readMajority: [{ kind: "unknown" }] }],
])("nothing is moved while %s", async (_name, script) => {
  const { world, reaping, state } = await reap(script);
  expect([reaping, state]).toEqual(["later", "held"]);
  expect(world.calls.filter((call) => /^(release|confirm)/.test(call))).toEqual([]);
});

test("a move without an answer is left for the next round", async () => {
  const { reaping } = await reap({ move: [{ kind: "unanswered", reason: "unavailable" }] });
  expect(reaping).toBe("later");
});

test.each(["none", "released"] as const)("a live order whose hold turns out to be %s is an alarm", async (state) => {
  const { world } = await reap({ move: [{ kind: "moved", state }] }, {});
  expect(world.alarms).toHaveLength(1);
});

test("a hold that a cancellation gave back meanwhile is no alarm", async () => {
  const world = memoryWorld({ move: [{ kind: "moved", state: "released" }] });
  const facts = { id: orderId, userId: hold.userId, fingerprint: "f", rid: "rid" };
  const pending = pendingOrder(facts, { items: [], totalAmount: 1, by: "x" }, world.ports);
  world.orders.set(orderId, pending);
  const { reservations } = world.ports;
  const move: typeof reservations.move = (...command) => {
    world.orders.set(orderId, { ...pending, status: "cancelled" });
    return reservations.move(...command);
  };
  await followOrder(hold, { ...world.ports, reservations: { ...reservations, move } });
  expect(world.alarms).toEqual([]);
});

test("a younger hold without an order is left alone, and no tombstone is written", async () => {
  const { world, reaping, state } = await reap({}, undefined, followOrder);
  expect([reaping, state]).toEqual(["later", "held"]);
  expect(world.calls).toEqual([`read ${orderId}`]);
});

test.each([
  ["pending", "confirmed"],
  ["processing", "confirmed"],
  ["completed", "confirmed"],
  ["void", "released"],
  ["cancelled", "released"],
] as const)("a younger hold of a %s order is %s", async (status, outcome) => {
  expect(await reap({}, { status }, followOrder)).toMatchObject({ reaping: outcome, state: outcome });
});

test("a younger hold is not moved by what no majority has", async () => {
  const { reaping, state } = await reap({ readMajority: [{ kind: "unknown" }] }, {}, followOrder);
  expect([reaping, state]).toEqual(["later", "held"]);
});
