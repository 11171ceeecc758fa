import { expect, test } from "bun:test";
import { memoryWorld, type Script } from "../test/memory-world.ts";
import { confirmPlaced } from "./confirm.ts";
import { pendingOrder } from "./documents.ts";
import type { StoredOrder } from "./order.ts";

const orderId = "1".repeat(24);

async function confirm(script: Script, status: StoredOrder["status"] = "pending") {
  const world = memoryWorld(script);
  const facts = { id: orderId, userId: "a".repeat(24), fingerprint: "f", rid: "rid" };
  const order = pendingOrder(facts, { items: [], totalAmount: 1, by: "x" }, world.ports);
  world.orders.set(orderId, { ...order, status });
  const confirmation = await confirmPlaced({ orderId, rid: "rid" }, world.ports);
  return { world, confirmation };
}

test("the hold of a placed order is confirmed by its own token, and the order is not touched", async () => {
  const { world, confirmation } = await confirm({ move: [{ kind: "moved", state: "confirmed" }] });
  expect(confirmation).toBe("confirmed");
  expect(world.calls).toEqual([`confirm ${orderId} rid`]);
  expect(world.alarms).toEqual([]);
});

test.each<[string, Script]>([
  ["there is no answer", { move: [{ kind: "unanswered", reason: "unavailable" }] }],
  ["it is refused", { move: [{ kind: "refused", reason: "422 no" }] }],
  ["no majority has confirmed it yet", { move: [{ kind: "moved", state: "held" }] }],
])("it is left to a reaper when %s", async (_name, script) => {
  const { world, confirmation } = await confirm(script);
  expect(confirmation).toBe("later");
  expect(world.alarms).toEqual([]);
});

test.each(["none", "released"] as const)("a live order whose reservation is %s is an alarm", async (state) => {
  expect((await confirm({ move: [{ kind: "moved", state }] })).world.alarms).toHaveLength(1);
});

test("a confirm that a cancellation overtook is no alarm", async () => {
  const { world } = await confirm({ move: [{ kind: "moved", state: "released" }] }, "cancelled");
  expect(world.alarms).toEqual([]);
});
