import { orderProblems, type CheckedOrder } from "./order-invariants.ts";
import { journalProblems, type Journal } from "./journal-invariants.ts";

/** One broken promise: which one, and the ids that show it. */
export interface Violation {
  readonly invariant: "I1" | "I2" | "I3" | "I4" | "I5" | "I6" | "I7" | "I8" | "I9" | "I10" | "truth" | "alarm";
  readonly message: string;
}

/** A reservation as the checker needs it; an audit answer is one. */
export interface CheckedReservation {
  readonly orderId: string;
  readonly rid: string;
  readonly state: "held" | "confirmed" | "released";
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
}

/** The stock book of one product; an audit answer is one. */
export interface CheckedProduct {
  readonly id: string;
  readonly stock: number;
  readonly received: number;
}

/** Everything that is looked at, after faults have stopped and the stack has come to rest. */
export interface Evidence {
  readonly orders: readonly CheckedOrder[];
  readonly reservations: readonly CheckedReservation[];
  readonly products: readonly CheckedProduct[];
  readonly journal: Journal;
}

/**
 * Decides the invariants I1 to I10 (docs/placement.md) over plain data. "Soon" has passed: held reservations and outbox
 * entries that are still there count as violations.
 */
export function violationsOf(evidence: Evidence): Violation[] {
  const reservations = new Map(evidence.reservations.map((reservation) => [reservation.orderId, reservation]));
  return [
    ...stockProblems(evidence),
    ...orderProblems(evidence.orders, reservations),
    ...orphanProblems(evidence),
    ...journalProblems(evidence.journal, evidence.orders),
  ];
}

/** I1, and I6 on the side of the products. */
function* stockProblems({ orders, reservations, products }: Evidence): Generator<Violation> {
  const taken = new Map<string, number>();
  for (const { state, items } of reservations) if (state !== "released") addUnits(taken, items);
  const sold = new Map<string, number>();
  for (const { status, items } of orders) if (isLive(status)) addUnits(sold, items);
  for (const { id, stock, received } of products) {
    const takenUnits = taken.get(id) ?? 0;
    if (stock < 0) yield { invariant: "I1", message: `product ${id} has a stock of ${stock}` };
    if (received !== stock + takenUnits) {
      yield { invariant: "I1", message: `product ${id}: received ${received}, stock ${stock} + taken ${takenUnits}` };
    }
    const soldUnits = sold.get(id) ?? 0;
    if (soldUnits !== takenUnits) {
      yield { invariant: "I6", message: `product ${id}: ${soldUnits} units in live orders, ${takenUnits} taken` };
    }
  }
}

/** I7, and I6 for stock that no order holds. */
function* orphanProblems({ orders, reservations }: Evidence): Generator<Violation> {
  const known = new Set(orders.map(({ id }) => id));
  for (const { orderId, state } of reservations) {
    if (state === "held") yield { invariant: "I7", message: `reservation ${orderId} is held for ever` };
    if (state !== "released" && !known.has(orderId)) {
      yield { invariant: "I6", message: `reservation ${orderId} is ${state} for an order that does not exist` };
    }
  }
}

/** Whether an order in this state owns its units. */
export const isLive = (status: string) => status !== "void" && status !== "cancelled";

/** Adds the units of lines to a sum per product; lines of one product merge. */
export function addUnits(
  sums: Map<string, number>,
  items: readonly { readonly productId: string; readonly quantity: number }[],
): Map<string, number> {
  for (const { productId, quantity } of items) sums.set(productId, (sums.get(productId) ?? 0) + quantity);
  return sums;
}
