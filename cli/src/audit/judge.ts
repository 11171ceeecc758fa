import type { AuditOrder, AuditProduct, AuditReservation, BrokenDocument } from "@pos/contracts/audit";
import type { OrderItem } from "@pos/contracts/orders";
import type { Finding } from "./finding.ts";

/** An order and the reservation of the same id; either may be absent. */
export interface Pair {
  readonly id: string;
  readonly order: AuditOrder | undefined;
  readonly reservation: AuditReservation | undefined;
  /** What is there and cannot be judged; the other of the two is then not judged either. */
  readonly broken?: readonly Finding[];
}

/** What cannot be judged is a finding by itself. */
export const judgeForm = (kind: "product" | "order" | "reservation", { id, problems }: BrokenDocument): Finding => ({
  invariant: "form",
  subject: `${kind}/${id}`,
  sentence: problems.join("; "),
});

/** A reservation may be held for so long, in milliseconds. */
export const HELD_MAX_MS = 90_000;

const moves: Readonly<Record<string, readonly string[]>> = {
  pending: ["processing", "cancelled"],
  processing: ["completed", "cancelled"],
  completed: [],
  cancelled: [],
};

/** I1 of one product. */
export function judgeProduct({ id, stock, received, heldUnits, confirmedUnits }: AuditProduct): readonly Finding[] {
  const subject = `product/${id}`;
  const accounted = stock + heldUnits + confirmedUnits;
  const book = `stock ${stock} + held ${heldUnits} + confirmed ${confirmedUnits}`;
  return [
    ...(stock < 0
      ? [{ invariant: "I1" as const, subject: `${subject}/stock`, sentence: `its stock is ${stock}` }]
      : []),
    ...(received === accounted
      ? []
      : [{ invariant: "I1" as const, subject, sentence: `received ${received}, but ${book} = ${accounted}` }]),
  ];
}

/** I4 to I9 of an order and its reservation, as they were read: what is under way just now shows up too. */
export function judgePair(pair: Pair): readonly Finding[] {
  if (pair.broken !== undefined) return pair.broken;
  return [...judgeStock(pair), ...judgeHeld(pair), ...judgeOutbox(pair), ...judgeHistory(pair)];
}

function judgeStock({ id, order, reservation }: Pair): readonly Finding[] {
  const subject = `order/${id}`;
  const takes = reservation !== undefined && reservation.state !== "released";
  if (order === undefined) {
    // Held without an order is a placement under way, or the reaper's to end: I7 bounds it.
    return reservation?.state === "confirmed"
      ? [{ invariant: "I6", subject, sentence: `${unitsOf(reservation.items)} units are confirmed for no order` }]
      : [];
  }
  if (order.status === "void" || order.status === "cancelled") {
    return takes
      ? [
          {
            invariant: "I5",
            subject,
            sentence: `it is ${order.status}, and ${unitsOf(reservation.items)} units are ${reservation.state}`,
          },
        ]
      : [];
  }
  if (!takes) {
    const state = reservation === undefined ? "it has no reservation" : "its reservation is released";
    return [
      { invariant: "I4", subject, sentence: `it is ${order.status}, and ${state}` },
      { invariant: "I6", subject, sentence: `its ${unitsOf(order.items)} units are taken from no stock` },
    ];
  }
  const difference = differenceOf(order, reservation);
  if (difference !== undefined) {
    const findings: Finding[] = [{ invariant: "I4", subject, sentence: difference }];
    if (unitsKey(order.items) !== unitsKey(reservation.items)) {
      findings.push({
        invariant: "I6",
        subject,
        sentence: `${unitsOf(order.items)} units ordered, ${unitsOf(reservation.items)} taken`,
      });
    }
    return findings;
  }
  return reservation.state === "held"
    ? [{ invariant: "I4", subject, sentence: `it is ${order.status}, and its reservation is still held` }]
    : [];
}

function differenceOf(order: AuditOrder, reservation: AuditReservation): string | undefined {
  if (order.rid !== reservation.rid) return "its reservation is another one (rid)";
  if (order.userId !== reservation.userId) return "its reservation belongs to another user";
  if (order.fingerprint !== reservation.fingerprint) return "its reservation was made for another fingerprint";
  return itemsKey(order.items) === itemsKey(reservation.items) ? undefined : "its reservation holds other items";
}

/** Lines merged by product and sorted, as one text. */
function itemsKey(items: readonly OrderItem[]): string {
  const facts = new Map(items.map(({ productId, productName, price }) => [productId, `${price} ${productName}`]));
  return [...merged(items)].map(([id, units]) => `${id} ${units} ${facts.get(id)}`).join("\n");
}

const unitsKey = (items: readonly OrderItem[]): string =>
  [...merged(items)].map(([id, units]) => `${id} ${units}`).join("\n");

function merged(items: readonly OrderItem[]): readonly (readonly [string, number])[] {
  const units = new Map<string, number>();
  for (const { productId, quantity } of items) units.set(productId, (units.get(productId) ?? 0) + quantity);
  return [...units].sort(([a], [b]) => (a < b ? -1 : 1));
}

const unitsOf = (items: readonly OrderItem[]): number => items.reduce((sum, { quantity }) => sum + quantity, 0);

/** Every held reservation is a candidate: it is read again when its time is up. */
function judgeHeld({ id, reservation }: Pair): readonly Finding[] {
  if (reservation?.state !== "held") return [];
  const seconds = Math.round(reservation.ageMs / 1000);
  return [{ invariant: "I7", subject: `reservation/${id}`, sentence: `it has been held for ${seconds} s` }];
}

function judgeOutbox({ id, order }: Pair): readonly Finding[] {
  return (order?.outbox ?? []).map(({ id: entryId, kind, state, tries, lastError }) => ({
    invariant: "I8" as const,
    subject: `order/${id}/outbox/${entryId}`,
    sentence: `its message "${kind}" is ${state} after ${tries} tries${lastError === undefined ? "" : `: ${lastError}`}`,
  }));
}

function judgeHistory({ id, order }: Pair): readonly Finding[] {
  if (order === undefined || order.status === "void") return [];
  const path = order.history.map(({ status }) => status);
  const isPath = path.every((status, index) =>
    index === 0 ? status === "pending" : (moves[path[index - 1] ?? ""] ?? []).includes(status),
  );
  if (isPath && path.at(-1) === order.status) return [];
  const sentence = `it is ${order.status} after ${path.join(" → ") || "nothing"}`;
  return [{ invariant: "I9", subject: `order/${id}/history`, sentence }];
}
