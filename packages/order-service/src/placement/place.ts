import { ATTEMPTS_MAX } from "@pos/contracts/limits";
import type { ErrorCode } from "@pos/contracts/errors";
import { type AttemptFacts, newEntry, pendingOrder, pricedItems, voidOrder } from "./documents.ts";
import { deriveOrderId, fingerprintOf, keyHashOf, mergeLines } from "./identity.ts";
import type { StoredOrder } from "./order.ts";
import type { Hold, Line, PlacementPorts, ReservationRefusal, Unanswered } from "./ports.ts";
import { readUntil } from "./read-until.ts";
import { totalOf } from "./totals.ts";

/** The input of POST /orders, after validation. */
export interface PlaceCommand {
  readonly userId: string;
  /** The caller: the user, or an administrator on the user's behalf. */
  readonly by: string;
  /** As they were sent. */
  readonly lines: readonly Line[];
  readonly idempotencyKey?: string;
  /** After this time (milliseconds since the epoch) no new step is started. */
  readonly deadlineAtMs: number;
}

/** The outcome of a placement. Only `placed` and `replayed` mean that there is an order. */
export type Placement =
  | { readonly kind: "placed"; readonly order: StoredOrder }
  | { readonly kind: "replayed"; readonly order: StoredOrder }
  | Rejection
  | Unanswered
  /** Unknown: the client may repeat the request with the same key. */
  | { readonly kind: "unknown"; readonly cause?: unknown }
  /** Another user's order has the derived id: a broken hash or a broken database. */
  | { readonly kind: "collision"; readonly orderId: string };

/** A verdict: there is no order and there will be none from this request. */
export interface Rejection {
  readonly kind: "rejected";
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

interface Attempt extends AttemptFacts {
  readonly command: PlaceCommand;
}
type Next = Placement | { readonly kind: "next-attempt" };

/**
 * Places an order. The id decides: each attempt has one id, and the first document that a majority stores under it says
 * for ever whether the attempt is an order or void. An error is never taken for a verdict, and stock is released only
 * after a void was acknowledged or read with majority.
 */
export async function placeOrder(command: PlaceCommand, ports: PlacementPorts): Promise<Placement> {
  const { userId, idempotencyKey: key } = command;
  const fingerprint = fingerprintOf(command.lines);
  for (let number = 0; number < ATTEMPTS_MAX; number++) {
    const id = key === undefined ? ports.random.orderId() : deriveOrderId(userId, key, number);
    const keyed = key === undefined ? {} : { keyHash: keyHashOf(userId, key) };
    const result = await tryAttempt({ id, userId, fingerprint, ...keyed, command }, ports);
    if (result.kind !== "next-attempt") return result;
  }
  return {
    kind: "rejected",
    code: "IDEMPOTENCY_KEY_EXHAUSTED",
    message: `All ${ATTEMPTS_MAX} attempts under this Idempotency-Key were given up. Use a new key.`,
  };
}

async function tryAttempt(attempt: Attempt, ports: PlacementPorts): Promise<Next> {
  const { deadlineAtMs, lines } = attempt.command;
  const { id: orderId, userId, fingerprint } = attempt;
  const [user, reservation] = await Promise.all([
    ports.users.check(userId, deadlineAtMs),
    ports.reservations.reserve({ orderId, userId, fingerprint, items: mergeLines(lines) }, deadlineAtMs),
  ]);
  if (user.kind === "unanswered") return user;
  if (user.kind === "refused") return refuse(attempt, userRejection(user.reason, userId), reservation, ports);
  if (reservation.kind === "unanswered") return reservation;
  if (reservation.kind === "refused")
    return reservation.code === "IDEMPOTENCY_KEY_REUSED" ? keyReused() : { ...reservation, kind: "rejected" };
  if (reservation.kind === "released") return followWinner(attempt, undefined, ports);
  return store(attempt, reservation, ports);
}

/** Step 3: the insert of the order is the moment at which it is placed. */
async function store(attempt: Attempt, hold: Hold, ports: PlacementPorts): Promise<Next> {
  const { command, ...facts } = attempt;
  const items = pricedItems(command.lines, hold.items);
  if (items === undefined)
    return { kind: "unanswered", reason: "broken", cause: new Error("the reservation lacks a product of the order") };
  const totalAmount = totalOf(items);
  if (totalAmount === undefined) return refuse(attempt, totalRejection(), hold, ports);
  const order = pendingOrder({ ...facts, rid: hold.rid }, { items, totalAmount, by: command.by }, ports);
  const inserted = await ports.orders.insert(order, command.deadlineAtMs);
  if (inserted.kind === "acknowledged") return { kind: "placed", order };
  if (inserted.kind === "duplicate") return followWinner(attempt, hold, ports);
  return inserted;
}

/** Step 4: another request, a reaper or an earlier try of this one took the id; a majority read decides. */
async function followWinner(attempt: Attempt, hold: Hold | undefined, ports: PlacementPorts): Promise<Next> {
  const { command, id: orderId } = attempt;
  const read = await readUntil(orderId, command.deadlineAtMs, ports);
  if (read.kind === "unknown") return read;
  const { order } = read;
  if (order.userId !== attempt.userId) return collision(attempt, ports);
  if (order.fingerprint !== attempt.fingerprint) return keyReused();
  if (order.status !== "void") return { kind: "replayed", order };
  // The void is majority-committed, which permits the release. If this gets no answer, the reaper does it.
  if (hold !== undefined) await ports.reservations.move("release", { orderId, rid: hold.rid }, command.deadlineAtMs);
  return { kind: "next-attempt" };
}

/**
 * Ends an attempt that must not become an order although stock may be held for it: it writes a tombstone, whose outbox
 * holds the release. An order found under the same key was placed before the reason for the refusal arose, and is
 * replayed. If a tombstone is found instead, a later attempt may be the order, so the next one is tried.
 */
async function refuse(
  attempt: Attempt,
  rejection: Rejection,
  reservation: Hold | { kind: "released" } | ReservationRefusal | Unanswered,
  ports: PlacementPorts,
): Promise<Next> {
  if (reservation.kind === "refused") return rejection;
  if (reservation.kind === "released") return followWinner(attempt, undefined, ports);
  const { command, ...facts } = attempt;
  const rid = reservation.kind === "held" ? reservation.rid : undefined;
  const tombstone = voidOrder(
    { ...facts, ...(rid === undefined ? {} : { rid }) },
    rid === undefined ? [] : [newEntry("release", rid, ports)],
    ports,
  );
  const inserted = await ports.orders.insert(tombstone, command.deadlineAtMs);
  if (inserted.kind === "acknowledged") return rejection;
  if (inserted.kind === "unknown") return inserted;
  return followWinner(attempt, reservation.kind === "held" ? reservation : undefined, ports);
}

function collision(attempt: Attempt, ports: PlacementPorts): Placement {
  ports.alarms.raise("an order id belongs to another user", { orderId: attempt.id, userId: attempt.userId });
  return { kind: "collision", orderId: attempt.id };
}

function userRejection(reason: "unknown" | "suspended", userId: string): Rejection {
  if (reason === "suspended")
    return { kind: "rejected", code: "ACCOUNT_SUSPENDED", message: "This account is suspended.", details: { userId } };
  return { kind: "rejected", code: "UNKNOWN_USER", message: `There is no user ${userId}.`, details: { userId } };
}

const totalRejection = (): Rejection => ({
  kind: "rejected",
  code: "VALIDATION_ERROR",
  message: `The total is over ${Number.MAX_SAFE_INTEGER}: place several smaller orders.`,
  details: { in: "body", fields: [{ path: "items", message: "make a total over the limit" }] },
});

const keyReused = (): Rejection => ({
  kind: "rejected",
  code: "IDEMPOTENCY_KEY_REUSED",
  message: "This Idempotency-Key was used with other items.",
});
