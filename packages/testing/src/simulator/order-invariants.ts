import { addUnits, type CheckedOrder, type CheckedReservation, isLive, type Violation } from "./evidence.ts";

const NEXT: Readonly<Record<string, readonly string[]>> = {
  pending: ["processing", "cancelled"],
  processing: ["completed", "cancelled"],
  completed: [],
  cancelled: [],
};

/** I3, I4, I5, I8 and I9. */
export function* orderProblems(
  orders: readonly CheckedOrder[],
  reservations: ReadonlyMap<string, CheckedReservation>,
): Generator<Violation> {
  const keys = new Map<string, string>();
  for (const order of orders) {
    const reservation = reservations.get(order.id);
    yield* isLive(order.status) ? liveProblems(order, reservation) : deadProblems(order, reservation);
    yield* historyProblems(order);
    for (const { kind, state } of order.outbox) {
      yield { invariant: "I8", message: `order ${order.id} still has a ${state} ${kind} entry` };
    }
    if (order.keyHash === undefined || order.status === "void") continue;
    const key = `${order.userId}/${order.keyHash}`;
    const other = keys.get(key);
    if (other !== undefined) yield { invariant: "I3", message: `one key, two orders: ${other} and ${order.id}` };
    keys.set(key, order.id);
  }
}

function* liveProblems(order: CheckedOrder, reservation: CheckedReservation | undefined): Generator<Violation> {
  const broken = (message: string): Violation => ({ invariant: "I4", message: `order ${order.id} ${message}` });
  if (reservation === undefined) return yield broken(`is ${order.status} without a reservation`);
  if (reservation.state !== "confirmed") {
    yield broken(`is ${order.status}, its reservation is ${reservation.state}`);
  }
  if (reservation.rid !== order.rid) yield broken(`names ${order.rid}, its reservation is ${reservation.rid}`);
  if (!haveEqualUnits(order.items, reservation.items)) yield broken("and its reservation differ in items");
}

function* deadProblems(order: CheckedOrder, reservation: CheckedReservation | undefined): Generator<Violation> {
  if (reservation === undefined || reservation.state === "released") return;
  yield { invariant: "I5", message: `order ${order.id} is ${order.status}, its stock is still ${reservation.state}` };
}

function* historyProblems(order: CheckedOrder): Generator<Violation> {
  if (order.status === "void") return;
  const path = order.history.map(({ status }) => status);
  const isPath =
    path[0] === "pending" &&
    path.at(-1) === order.status &&
    path.every((status, index) => index === 0 || NEXT[path[index - 1] ?? ""]?.includes(status));
  if (!isPath) yield { invariant: "I9", message: `order ${order.id} is ${order.status} after ${path.join(" → ")}` };
}

function haveEqualUnits(
  left: readonly { readonly productId: string; readonly quantity: number }[],
  right: readonly { readonly productId: string; readonly quantity: number }[],
): boolean {
  const merged = addUnits(new Map(), left);
  for (const { productId, quantity } of right) merged.set(productId, (merged.get(productId) ?? 0) - quantity);
  return [...merged.values()].every((difference) => difference === 0);
}
