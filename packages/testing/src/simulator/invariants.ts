import { addUnits, type Evidence, isLive, type Violation } from "./evidence.ts";
import { journalProblems } from "./journal-invariants.ts";
import { orderProblems } from "./order-invariants.ts";

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
