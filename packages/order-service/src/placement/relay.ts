import type { MoveKind, OutboxEntry } from "./order.ts";
import type { Moved, PlacementPorts } from "./ports.ts";

/** Answers that refuse an entry itself before it is dead and waits for a person. */
export const ENTRY_TRIES_MAX = 20;
/** Longest wait between two deliveries of an entry, in milliseconds. */
export const RELAY_BACKOFF_MAX_MS = 5000;
const RELAY_BACKOFF_FIRST_MS = 100;
const DELIVERY_TIMEOUT_MS = 4000;
const ERROR_MAX_LENGTH = 1000;

/** What became of one delivery. */
export type Delivery = "delivered" | "postponed" | "dead";

/**
 * Delivers one message and takes it out of its order, or keeps it for later. At least once: product-service applies
 * each message by (order id, rid) and a second time changes nothing. Only an answer that refuses the entry itself
 * counts as a try; an absent product-service never makes an entry dead.
 */
export async function relayEntry(orderId: string, entry: OutboxEntry, ports: PlacementPorts): Promise<Delivery> {
  const { clock, orders, reservations } = ports;
  const result = await reservations.move(entry.kind, { orderId, rid: entry.rid }, clock.now() + DELIVERY_TIMEOUT_MS);
  if (result.kind === "moved") {
    await watchMove(orderId, entry, result.state, ports);
    // When this is not acknowledged, the entry is delivered once more.
    await orders.dropEntry(orderId, entry.id);
    return "delivered";
  }
  const isRefusal = result.kind === "refused";
  const later = postponed(entry, result.reason, isRefusal, ports);
  await orders.postponeEntry(orderId, later);
  if (later.state === "dead")
    ports.alarms.raise("an outbox entry is dead", { orderId, entryId: entry.id, kind: entry.kind });
  return later.state === "dead" ? "dead" : "postponed";
}

/** The entry after a failed delivery: what it counts, and when it is tried again. */
export function postponed(
  entry: OutboxEntry,
  reason: string,
  isRefusal: boolean,
  { clock, random }: Pick<PlacementPorts, "clock" | "random">,
): OutboxEntry {
  const tries = entry.tries + (isRefusal ? 1 : 0);
  const unanswered = isRefusal ? 0 : entry.unanswered + 1;
  const failures = Math.min(isRefusal ? tries : unanswered, 10);
  const backoffMs = Math.min(RELAY_BACKOFF_FIRST_MS * 2 ** (failures - 1), RELAY_BACKOFF_MAX_MS);
  // A random share of the back-off, half to all of it, so that replicas and entries do not synchronize.
  const waitMs = backoffMs * (0.5 + random.fraction() / 2);
  return {
    ...entry,
    state: tries >= ENTRY_TRIES_MAX ? "dead" : "pending",
    tries,
    unanswered,
    nextAt: new Date(clock.now() + waitMs),
    lastError: reason.slice(0, ERROR_MAX_LENGTH),
  };
}

/** Raises an alarm when the state at product-service contradicts a live order. */
export async function watchMove(
  orderId: string,
  { kind, rid }: Pick<OutboxEntry, "kind" | "rid">,
  state: Moved["state"],
  ports: PlacementPorts,
): Promise<void> {
  if (fits(kind, state)) return;
  if (kind === "release")
    return ports.alarms.raise("a release met a reservation with another token", { orderId, rid, state });
  const read = await ports.orders.readMajority(orderId);
  // Not an error if the order was cancelled meanwhile and the release overtook its confirm.
  if (read.kind !== "found" || read.order.status === "cancelled") return;
  ports.alarms.raise(`a ${kind} met no reservation of a live order`, { orderId, rid, state });
}

function fits(kind: MoveKind, state: Moved["state"]): boolean {
  if (kind === "release") return state === "released" || state === "none";
  // Held: no majority has the move yet, and a reaper confirms.
  return state === "confirmed" || state === "held";
}
