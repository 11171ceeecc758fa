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
 * reservation there was placed in between and is left out: its units are still in stock there. For any other the
 * messages that lead from the reservation as it was to the order as it is are put back into its outbox; the relay
 * delivers them, and product-service takes each as often as it comes.
 * @returns undefined when the order is to be left out
 */
export function reconcile(
  order: CopiedOrder,
  reservation: CopiedReservation | undefined,
  now: Date,
): CopiedOrder | undefined {
  if (reservation === undefined) return order.status === "void" ? order : undefined;
  const missing = neededMoves(order.status, reservation).filter((kind) => !isWaiting(order.outbox, kind, reservation));
  if (missing.length === 0) return order;
  return { ...order, outbox: [...order.outbox, ...missing.map((kind) => entry(kind, reservation.rid, now))] };
}

type Move = "confirm" | "release" | "settle";

function neededMoves(status: CopiedOrder["status"], { state, isOpen }: CopiedReservation): readonly Move[] {
  if (state === "released") return [];
  if (status === "void" || status === "cancelled") return ["release"];
  const isPending = status === "pending";
  return [...(state === "held" ? (["confirm"] as const) : []), ...(isOpen && !isPending ? (["settle"] as const) : [])];
}

const isWaiting = (outbox: readonly Document[], kind: Move, { rid }: CopiedReservation): boolean =>
  outbox.some((entry) => entry["kind"] === kind && entry["rid"] === rid && entry["state"] === "pending");

/** As order-service writes them. */
function entry(kind: Move, rid: string, now: Date): Document {
  const id = randomBytes(12).toString("hex");
  return { id, kind, rid, state: "pending", tries: 0, unanswered: 0, createdAt: now, nextAt: now };
}
