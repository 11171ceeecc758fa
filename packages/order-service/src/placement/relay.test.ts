import { describe, expect, test } from "bun:test";
import { type MemoryWorld, memoryWorld, type Script } from "../test/memory-world.ts";
import { newEntry, pendingOrder } from "./documents.ts";
import type { MessageKind, OutboxEntry, StoredOrder } from "./order.ts";
import type { Moved } from "./ports.ts";
import { ENTRY_TRIES_MAX, postponed, RELAY_BACKOFF_MAX_MS, relayEntry } from "./relay.ts";

const id = "1".repeat(24);

function setUp(kind: MessageKind, script: Script, status: StoredOrder["status"] = "pending") {
  const world = memoryWorld(script);
  const facts = { id, userId: "a".repeat(24), fingerprint: "f", rid: "rid" };
  const order = pendingOrder(facts, { items: [], totalAmount: 1, by: "x" }, world.ports);
  const entry = newEntry(kind, "rid", world.ports);
  world.orders.set(id, { ...order, status, outbox: [entry] });
  return { world, entry };
}

const entryOf = (world: MemoryWorld): OutboxEntry | undefined => world.orders.get(id)?.outbox[0];
const moved = (state: Moved["state"]): Moved => ({ kind: "moved", state });

describe("a delivered message", () => {
  test.each<[MessageKind, Moved["state"]]>([
    ["release", "released"],
    ["release", "none"],
    ["settle", "confirmed"],
    ["settle", "held"],
  ])("%s that ends as %s leaves the document and raises no alarm", async (kind, state) => {
    const { world, entry } = setUp(kind, { move: [moved(state)] });
    expect(await relayEntry(id, entry, world.ports)).toBe("delivered");
    expect(entryOf(world)).toBeUndefined();
    expect(world.alarms).toEqual([]);
  });

  test.each<[MessageKind, Moved["state"]]>([
    ["settle", "none"],
    ["settle", "released"],
    ["release", "confirmed"],
  ])("%s that ends as %s is an alarm for a live order", async (kind, state) => {
    const { world, entry } = setUp(kind, { move: [moved(state)] });
    expect(await relayEntry(id, entry, world.ports)).toBe("delivered");
    expect(world.alarms).toHaveLength(1);
  });

  test("a settle that a cancellation overtook is no alarm", async () => {
    const { world, entry } = setUp("settle", { move: [moved("released")] }, "cancelled");
    await relayEntry(id, entry, world.ports);
    expect(world.alarms).toEqual([]);
  });
});

describe("a message that is not delivered", () => {
  test("is kept for later, and silence never counts as a try", async () => {
    const { world, entry } = setUp("release", {
      move: Array.from({ length: 50 }, () => ({ kind: "unanswered" as const, reason: "unavailable" as const })),
    });
    for (let round = 0; round < 50; round++)
      expect(await relayEntry(id, entryOf(world) ?? entry, world.ports)).toBe("postponed");
    expect(entryOf(world)).toMatchObject({ state: "pending", tries: 0, unanswered: 50, lastError: "unavailable" });
  });

  test("is dead after 20 answers that refuse the message itself, and an alarm", async () => {
    const { world, entry } = setUp("release", {
      move: Array.from({ length: 20 }, () => ({ kind: "refused" as const, reason: "422 no" })),
    });
    for (let round = 1; round < ENTRY_TRIES_MAX; round++)
      expect(await relayEntry(id, entryOf(world) ?? entry, world.ports)).toBe("postponed");
    expect(world.alarms).toEqual([]);
    expect(await relayEntry(id, entryOf(world) ?? entry, world.ports)).toBe("dead");
    expect(entryOf(world)).toMatchObject({ state: "dead", tries: 20, lastError: "422 no" });
    expect(world.alarms).toHaveLength(1);
  });

  test("begins anew with its waits after an answer, and keeps of a reason its begin", () => {
    const { world, entry } = setUp("release", {});
    const silent = { ...entry, unanswered: 30 };
    const refused = postponed(silent, "x".repeat(5000), true, world.ports);
    expect(refused).toMatchObject({ tries: 1, unanswered: 0, lastError: "x".repeat(1000) });
    const later = postponed(refused, "unavailable", false, world.ports);
    expect(later).toMatchObject({ tries: 1, unanswered: 1, nextAt: refused.nextAt });
  });

  test("waits longer each time, and at most 5 s", () => {
    const { world, entry } = setUp("release", {});
    const now = world.ports.clock.now();
    const waits: number[] = [];
    let next = entry;
    for (let round = 0; round < 40; round++) {
      next = postponed(next, "unavailable", false, world.ports);
      waits.push(next.nextAt.getTime() - now);
    }
    expect(waits.slice(0, 3)).toEqual([75, 150, 300]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(RELAY_BACKOFF_MAX_MS);
    expect(waits.at(-1)).toBe(3750);
  });
});
