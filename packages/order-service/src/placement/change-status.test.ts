import { describe, expect, test } from "bun:test";
import { orderStatuses, type OrderStatus } from "@pos/contracts/orders";
import { memoryWorld, type Script } from "../test/memory-world.ts";
import { changeStatus, type Denial } from "./change-status.ts";
import { pendingOrder } from "./documents.ts";
import type { StoredOrder } from "./order.ts";
import { allowedMoves } from "./transitions.ts";

const orderId = "1".repeat(24);

function setUp(status: StoredOrder["status"], script: Script = {}) {
  const world = memoryWorld(script);
  const facts = { id: orderId, userId: "a".repeat(24), fingerprint: "f", rid: "rid" };
  const order = pendingOrder(facts, { items: [], totalAmount: 1, by: "x" }, world.ports);
  world.orders.set(orderId, { ...order, status, outbox: [] });
  const change = (to: OrderStatus, denial?: Denial) =>
    changeStatus({ orderId, to, by: "admin", reason: "why", admit: () => denial }, world.ports);
  return { world, change };
}

const legal: Readonly<Record<string, string | undefined>> = {
  "pending processing": "settle",
  "pending cancelled": "release",
  "processing completed": undefined,
  "processing cancelled": "release",
};

describe.each(orderStatuses)("from %s", (from) => {
  test.each(orderStatuses)("to %s", async (to) => {
    const { world, change } = setUp(from);
    const result = await change(to);
    const outbox = world.orders.get(orderId)?.outbox.map(({ kind, rid }) => [kind, rid]);
    if (from === to) {
      expect(result.kind).toBe("unchanged");
      expect(world.orders.get(orderId)?.version).toBe(1);
    } else if (`${from} ${to}` in legal) {
      const message = legal[`${from} ${to}`];
      expect(result).toMatchObject({ kind: "changed", order: { status: to, version: 2 } });
      expect(world.orders.get(orderId)?.history.at(-1)).toMatchObject({ status: to, by: "admin", reason: "why" });
      expect(outbox).toEqual(message === undefined ? [] : [[message, "rid"]]);
    } else {
      expect(result).toEqual({ kind: "illegal", from, allowed: allowedMoves(from) });
      expect(outbox).toEqual([]);
    }
  });
});

test("a tombstone is not found, and nothing is written to it", async () => {
  const { world, change } = setUp("void");
  expect(await change("cancelled")).toEqual({ kind: "not-found" });
  expect(world.orders.get(orderId)?.version).toBe(1);
});

test("who may not change it is told so, whatever the status", async () => {
  expect(await setUp("completed").change("cancelled", "forbidden")).toEqual({ kind: "denied", denial: "forbidden" });
});

test("a change that loses a race decides again on what the other left", async () => {
  const { world, change } = setUp("pending", { changeStatus: [{ kind: "refused" }, { kind: "refused" }] });
  expect(await change("cancelled")).toMatchObject({ kind: "changed" });
  expect(world.calls.filter((call) => call.startsWith("read"))).toHaveLength(3);
});

test("a change that loses every race gives up", async () => {
  const { change } = setUp("pending", {
    changeStatus: Array.from({ length: 99 }, () => ({ kind: "refused" as const })),
  });
  expect(await change("cancelled")).toEqual({ kind: "contended" });
});

test("a step is not dated before the one that it follows, though the replica's clock is behind", async () => {
  const { world, change } = setUp("pending");
  const ahead = new Date(world.ports.clock.now() + 60_000);
  const order = world.orders.get(orderId);
  if (order === undefined) throw new Error("no order");
  const history = [{ status: "pending" as const, at: ahead, by: "x" }];
  world.orders.set(orderId, { ...order, history, createdAt: ahead, updatedAt: ahead });
  await change("cancelled");
  const changed = world.orders.get(orderId);
  expect([changed?.history.at(-1)?.at, changed?.updatedAt]).toEqual([ahead, ahead]);
});

test("a lost answer is unknown, and no message is sent twice", async () => {
  const { world, change } = setUp("pending", { changeStatus: [{ kind: "unknown" }] });
  expect(await change("cancelled")).toEqual({ kind: "unknown" });
  expect(await change("cancelled")).toMatchObject({ kind: "changed" });
  expect(world.orders.get(orderId)?.outbox).toHaveLength(1);
});
