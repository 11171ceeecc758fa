import { randomBytes } from "node:crypto";
import type { Document } from "mongodb";

/** What a reservation of the copied productdb says; the fields that decide. */
export interface CopiedReservation {
  readonly rid: string;
  readonly state: "held" | "confirmed" | "released";
  readonly isOpen: boolean;
}

/** An order of the copied orderdb; the fields that decide. */
export interface CopiedOrder extends Document {
  readonly status: "pending" | "processing" | "completed" | "cancelled" | "void";
  readonly outbox: readonly Document[];
}

/**
 * Fits an order to the stock book it is restored with, which was copied a little earlier. An order that has no
 * reservation there was placed in between and is left out: its units are still in stock there. Any other gets the
 * message that leads from the reservation as it was to the order as it is; the relay delivers it, and product-service
 * takes it as often as it comes. A hold that is only to be confirmed is the reaper's, as after any crash.
 * @returns undefined when the order is to be left out
 */
export function reconcile(
  order: CopiedOrder,
  reservation: CopiedReservation | undefined,
  now: Date,
): CopiedOrder | undefined {
  if (reservation === undefined) return order.status === "void" ? order : undefined;
  const move = neededMove(order.status, reservation);
  if (move === undefined || isWaiting(order.outbox, move, reservation)) return order;
  return { ...order, outbox: [...order.outbox, entry(move, reservation.rid, now)] };
}

type Move = "release" | "settle";

function neededMove(status: CopiedOrder["status"], { state, isOpen }: CopiedReservation): Move | undefined {
  if (state === "released") return undefined;
  if (status === "void" || status === "cancelled") return "release";
  return isOpen && status !== "pending" ? "settle" : undefined;
}

const isWaiting = (outbox: readonly Document[], kind: Move, { rid }: CopiedReservation): boolean =>
  outbox.some((entry) => entry["kind"] === kind && entry["rid"] === rid && entry["state"] === "pending");

/** As order-service writes them. */
function entry(kind: Move, rid: string, now: Date): Document {
  const id = randomBytes(12).toString("hex");
  return { id, kind, rid, state: "pending", tries: 0, unanswered: 0, createdAt: now, nextAt: now };
}
