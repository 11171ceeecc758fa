import { describe, expect, test } from "bun:test";
import { held, memoryWorld, PRICE, type Script } from "../test/memory-world.ts";
import { deriveOrderId, fingerprintOf } from "./identity.ts";
import type { StoredOrder } from "./order.ts";
import { placeOrder } from "./place.ts";
import type { PlacementPorts, Unanswered } from "./ports.ts";

const userId = "a".repeat(24);
const lines = [
  { productId: "c".repeat(24), quantity: 1 },
  { productId: "b".repeat(24), quantity: 2 },
  { productId: "c".repeat(24), quantity: 3 },
];
const absent: Unanswered = { kind: "unanswered", reason: "unavailable" };
const first = deriveOrderId(userId, "key", 0);
const second = deriveOrderId(userId, "key", 1);

function place(script: Script = {}, options: { key?: string | undefined; prepare?: StoredOrder[] } = { key: "key" }) {
  const world = memoryWorld(script);
  for (const order of options.prepare ?? []) world.orders.set(order.id, order);
  const key = options.key === undefined ? {} : { idempotencyKey: options.key };
  const deadlineAtMs = world.ports.clock.now() + 4000;
  const placed = placeOrder({ userId, by: userId, lines, deadlineAtMs, ...key }, world.ports);
  return { world, placed };
}

function stored(status: StoredOrder["status"], more: Partial<StoredOrder> = {}): StoredOrder {
  const at = new Date(0);
  const common = {
    rid: "rid-0",
    fingerprint: fingerprintOf(lines),
    totalAmount: 0,
    items: [],
    history: [],
    outbox: [],
  };
  return { id: first, userId, status, ...common, version: 1, createdAt: at, updatedAt: at, ...more };
}

describe("a placement", () => {
  test("is an order with the lines as sent, its total, and the token of its reservation", async () => {
    const { world, placed } = place();
    const result = await placed;
    if (result.kind !== "placed") throw new Error(result.kind);
    expect(result.order).toMatchObject({ id: first, status: "pending", version: 1, totalAmount: 6 * PRICE });
    expect(result.order.items.map(({ productId, quantity }) => ({ productId, quantity }))).toEqual(lines);
    expect(result.order).toMatchObject({ rid: "rid-1", outbox: [] });
    expect(world.orders.get(first)).toEqual(result.order);
    expect(world.holds.get(first)?.command.items).toEqual([
      { productId: "b".repeat(24), quantity: 2 },
      { productId: "c".repeat(24), quantity: 4 },
    ]);
  });

  test("without a key has another id each time", async () => {
    const [one, other] = [place({}, {}), place({}, {})];
    const ids = [await one.placed, await other.placed].map((result) => "order" in result && result.order.id);
    expect(ids[0]).toMatch(/^[0-9a-f]{24}$/);
    expect(one.world.orders.size).toBe(1);
  });

  test("that meets its own order answers it", async () => {
    const winner = stored("processing");
    const result = await place({}, { key: "key", prepare: [winner] }).placed;
    expect(result).toEqual({ kind: "replayed", order: winner });
  });

  test("that meets an order of other items under its key is refused, and nothing is released", async () => {
    const { world, placed } = place({}, { key: "key", prepare: [stored("pending", { fingerprint: "other" })] });
    expect(await placed).toMatchObject({ kind: "rejected", code: "IDEMPOTENCY_KEY_REUSED" });
    expect(world.calls.filter((call) => call.startsWith("release"))).toEqual([]);
  });

  test("that meets a tombstone gives that hold back and goes on with the next attempt", async () => {
    const { world, placed } = place({}, { key: "key", prepare: [stored("void")] });
    expect(await placed).toMatchObject({ kind: "placed", order: { id: second } });
    expect(world.holds.get(first)?.state).toBe("released");
    expect(world.holds.get(second)?.state).toBe("held");
  });

  test("whose hold was released already reads who has the id before it goes on", async () => {
    const { world, placed } = place({ reserve: [{ kind: "released" }] }, { key: "key", prepare: [stored("void")] });
    expect(await placed).toMatchObject({ kind: "placed", order: { id: second } });
    expect(world.calls).toContain(`read ${first}`);
  });

  test("whose order was cancelled is answered with the cancelled order", async () => {
    const cancelled = stored("cancelled");
    const { placed } = place({ reserve: [{ kind: "released" }] }, { key: "key", prepare: [cancelled] });
    expect(await placed).toEqual({ kind: "replayed", order: cancelled });
  });

  test("gives up after eight tombstones", async () => {
    const tombs = Array.from({ length: 8 }, (_, number) =>
      stored("void", { id: deriveOrderId(userId, "key", number) }),
    );
    const { world, placed } = place({}, { key: "key", prepare: tombs });
    expect(await placed).toMatchObject({ kind: "rejected", code: "IDEMPOTENCY_KEY_EXHAUSTED" });
    expect(world.calls.filter((call) => call.startsWith("reserve"))).toHaveLength(8);
  });

  test("that meets the id of another user is an alarm", async () => {
    const { world, placed } = place({}, { key: "key", prepare: [stored("pending", { userId: "f".repeat(24) })] });
    expect(await placed).toEqual({ kind: "collision", orderId: first });
    expect(world.alarms).toHaveLength(1);
  });
});

describe("an error is no verdict", () => {
  test.each([
    ["lost, the order is there", true],
    ["lost, the order is not there", false],
  ])("an insert whose answer is %s voids and releases nothing", async (_name, insertsHappen) => {
    const { world, placed } = place({ insert: [{ kind: "unknown" }], insertsHappen });
    expect(await placed).toEqual({ kind: "unknown" });
    expect(world.calls.filter((call) => /void|release/.test(call))).toEqual([]);
  });

  test.each<[string, Script]>([
    ["the user check", { check: [absent] }],
    ["the reservation", { reserve: [absent] }],
    ["either", { check: [absent], reserve: [absent] }],
    ["the user check, while stock is short", { check: [absent], reserve: [short()] }],
  ])("no answer from %s touches nothing", async (_name, script) => {
    const { world, placed } = place(script);
    expect(await placed).toEqual(absent);
    expect(world.calls.filter((call) => !/^(check|reserve)/.test(call))).toEqual([]);
  });

  test("a duplicate that no majority has yet is read again, and never answered before a majority has it", async () => {
    const winner = stored("pending");
    const none = { kind: "none" as const };
    const seen = { kind: "found" as const, order: winner };
    const { placed } = place({ insert: [{ kind: "duplicate" }], readMajority: [none, none, seen] });
    expect(await placed).toEqual({ kind: "replayed", order: winner });
  });

  test("a database that is silent about the winner is waited for until the deadline and no longer", async () => {
    const { ports } = memoryWorld({ insert: [{ kind: "duplicate" }] });
    const { clock } = ports;
    const orders: PlacementPorts["orders"] = {
      ...ports.orders,
      async readMajority(_id, deadlineAtMs) {
        await clock.sleep(Math.min(3000, (deadlineAtMs ?? Number.POSITIVE_INFINITY) - clock.now()));
        return { kind: "unknown" };
      },
    };
    const before = clock.now();
    const command = { userId, by: userId, lines, deadlineAtMs: before + 4000, idempotencyKey: "key" };
    expect(await placeOrder(command, { ...ports, orders })).toEqual({ kind: "unknown" });
    expect(clock.now() - before).toBeLessThanOrEqual(4000);
  });

  test("a duplicate that no majority ever has is unknown once the time is over", async () => {
    const { world, placed } = place({
      insert: [{ kind: "duplicate" }],
      readMajority: Array.from({ length: 100 }, () => ({ kind: "none" as const })),
    });
    const before = world.ports.clock.now();
    expect(await placed).toEqual({ kind: "unknown" });
    expect(world.ports.clock.now() - before).toBeLessThanOrEqual(4000);
    expect(world.calls.filter((call) => /release|void/.test(call))).toEqual([]);
  });
});

describe("a user who may not order", () => {
  const unknownUser = { kind: "refused", reason: "unknown" } as const;

  test("leaves a tombstone that carries the release of what was held", async () => {
    const { world, placed } = place({ check: [unknownUser] });
    expect(await placed).toMatchObject({ kind: "rejected", code: "UNKNOWN_USER" });
    expect(world.orders.get(first)).toMatchObject({ status: "void", outbox: [{ kind: "release", rid: "rid-1" }] });
  });

  test("leaves a tombstone even when nobody knows whether something is held", async () => {
    const { world, placed } = place({ check: [unknownUser], reserve: [absent] });
    expect(await placed).toMatchObject({ code: "UNKNOWN_USER" });
    expect(world.orders.get(first)).toMatchObject({ status: "void", outbox: [] });
  });

  test("is told nothing for certain, and nothing is released, while the tombstone is not acknowledged", async () => {
    const { world, placed } = place({ check: [unknownUser], insert: [{ kind: "unknown" }] });
    expect(await placed).toEqual({ kind: "unknown" });
    expect(world.holds.get(first)?.state).toBe("held");
  });

  test("wins over what the reservation says, and nothing is stored when nothing is held", async () => {
    const { world, placed } = place({ check: [unknownUser], reserve: [short()] });
    expect(await placed).toMatchObject({ code: "UNKNOWN_USER" });
    expect(world.orders.size).toBe(0);
  });

  test("but had placed this order before is answered with it", async () => {
    const winner = stored("pending");
    const { world, placed } = place({ check: [unknownUser] }, { key: "key", prepare: [winner] });
    expect(await placed).toEqual({ kind: "replayed", order: winner });
    expect(world.holds.get(first)?.state).toBe("held");
  });

  test("whose attempt was voided already is refused, and the hold goes back", async () => {
    const script: Script = { check: [unknownUser, unknownUser] };
    const { world, placed } = place(script, { key: "key", prepare: [stored("void")] });
    expect(await placed).toMatchObject({ code: "UNKNOWN_USER" });
    expect(world.holds.get(first)?.state).toBe("released");
    expect(world.orders.get(second)).toMatchObject({ status: "void", outbox: [{ kind: "release" }] });
  });

  test("but had placed and cancelled this order is answered with the cancelled order", async () => {
    const cancelled = stored("cancelled");
    const script: Script = { check: [unknownUser], reserve: [{ kind: "released" }] };
    const { placed } = place(script, { key: "key", prepare: [cancelled] });
    expect(await placed).toEqual({ kind: "replayed", order: cancelled });
  });

  test.each<[string, Script["reserve"]]>([
    ["its hold was given back", [{ kind: "released" }]],
    ["its hold is still there", []],
  ])("but had placed this order by a later attempt is answered with it, when %s", async (_name, reserve) => {
    const winner = stored("pending", { id: second });
    const script: Script = { check: [unknownUser, unknownUser], ...(reserve === undefined ? {} : { reserve }) };
    const { placed } = place(script, { key: "key", prepare: [stored("void"), winner] });
    expect(await placed).toEqual({ kind: "replayed", order: winner });
  });

  test("because the account is suspended is told so", async () => {
    const { placed } = place({ check: [{ kind: "refused", reason: "suspended" }] });
    expect(await placed).toMatchObject({ kind: "rejected", code: "ACCOUNT_SUSPENDED" });
  });
});

test("short stock is refused without a trace", async () => {
  const { world, placed } = place({ reserve: [short()] });
  expect(await placed).toMatchObject({ kind: "rejected", code: "INSUFFICIENT_STOCK" });
  expect(world.orders.size).toBe(0);
});

test("a total over the limit is refused like an unknown user: a tombstone first", async () => {
  const dear = held("rid-9", { items: lines.slice(0, 2) });
  const items = dear.items.map((item) => ({ ...item, price: 1e16 }));
  const { world, placed } = place({ reserve: [{ ...dear, items }] });
  expect(await placed).toMatchObject({ kind: "rejected", code: "VALIDATION_ERROR" });
  expect(world.orders.get(first)).toMatchObject({ status: "void", outbox: [{ kind: "release", rid: "rid-9" }] });
});

test("a reservation that lacks a product of the order is a broken answer", async () => {
  const { world, placed } = place({ reserve: [held("rid-9", { items: lines.slice(0, 1) })] });
  expect(await placed).toMatchObject({ kind: "unanswered", reason: "broken" });
  expect(world.orders.size).toBe(0);
});

function short() {
  return { kind: "refused" as const, code: "INSUFFICIENT_STOCK" as const, message: "short" };
}
