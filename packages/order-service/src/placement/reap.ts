import { voidOrder } from "./documents.ts";
import type { PlacementPorts } from "./ports.ts";
import { watchMove } from "./relay.ts";

/** A reservation that has been held for longer than a placement mostly takes. */
export interface StaleHold {
  readonly orderId: string;
  readonly rid: string;
  readonly userId: string;
  readonly fingerprint: string;
}

/** What a reaper did; `later` means that the outcome is unknown and the next round tries again. */
export type Reaping = "released" | "confirmed" | "later";

const REAP_TIMEOUT_MS = 4000;

/**
 * Decides a reservation whose placement never finished: a tombstone is inserted under its order id. When
 * it is acknowledged no order can come any more and the stock goes back; when the id is taken, what a majority has there
 * decides. Any number of reapers may do it at the same time.
 */
export async function reapReservation(hold: StaleHold, ports: PlacementPorts): Promise<Reaping> {
  const { orderId: id, rid, userId, fingerprint } = hold;
  const deadlineAtMs = ports.clock.now() + REAP_TIMEOUT_MS;
  const inserted = await ports.orders.insert(voidOrder({ id, rid, userId, fingerprint }, [], ports), deadlineAtMs);
  if (inserted.kind === "unknown") return "later";
  if (inserted.kind === "acknowledged") return move("release", hold, ports);
  return followOrder(hold, ports);
}

/**
 * Settles a hold whose order a majority has: its confirm did not come, because a process died or a call was lost. One
 * without an order is left alone, since its placement may still be running. This needs no tombstone: what a majority has
 * cannot be rolled back.
 */
export async function followOrder(hold: StaleHold, ports: PlacementPorts): Promise<Reaping> {
  const { orderId: id, rid } = hold;
  const read = await ports.orders.readMajority(id);
  if (read.kind !== "found") return "later";
  const { order } = read;
  if (order.status === "void" || order.status === "cancelled") return move("release", hold, ports);
  if (order.rid === undefined || order.rid === rid) return move("confirm", hold, ports);
  ports.alarms.raise("a live order has another reservation than the one held for it", { orderId: id, rid });
  return move("release", hold, ports);
}

async function move(kind: "confirm" | "release", hold: StaleHold, ports: PlacementPorts): Promise<Reaping> {
  const moved = await ports.reservations.move(kind, hold, ports.clock.now() + REAP_TIMEOUT_MS);
  if (moved.kind !== "moved") return "later";
  await watchMove(hold.orderId, { kind, rid: hold.rid }, moved.state, ports);
  return kind === "release" ? "released" : "confirmed";
}
