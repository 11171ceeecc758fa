/** Everything that is looked at, after faults have stopped and the stack has come to rest. */
export interface Evidence {
  readonly orders: readonly CheckedOrder[];
  readonly reservations: readonly CheckedReservation[];
  readonly products: readonly CheckedProduct[];
  readonly journal: Journal;
}

/** An order or tombstone as the checker needs it; an audit answer is one. */
export interface CheckedOrder {
  readonly id: string;
  readonly userId: string;
  readonly status: "pending" | "processing" | "completed" | "cancelled" | "void";
  readonly rid?: string | undefined;
  /** Names the Idempotency-Key of this user; absent for orders without a key. */
  readonly keyHash?: string | undefined;
  readonly items: readonly CheckedLine[];
  readonly history: readonly { readonly status: string }[];
  readonly outbox: readonly { readonly kind: string; readonly state: string }[];
}

export interface CheckedLine {
  readonly productId: string;
  readonly productName: string;
  readonly price: number;
  readonly quantity: number;
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

/** What the clients saw, kept outside of the product. */
export interface Journal {
  readonly placements: readonly PlacementRecord[];
  /** Changes of status that were acknowledged. */
  readonly changes: readonly { readonly orderId: string; readonly status: string }[];
  /** What the product itself reported as impossible. */
  readonly alarms: readonly string[];
}

/** All requests that one client made to place one order: the first and its retries. */
export interface PlacementRecord {
  /** How a report names it. */
  readonly name: string;
  readonly userId: string;
  /** Ids that an order of this placement can have; undefined when the client cannot know them. */
  readonly candidateIds?: ReadonlySet<string> | undefined;
  readonly answers: readonly Answer[];
}

/** How one request was answered. */
export type Answer =
  | { readonly kind: "placed"; readonly order: PlacedOrder; readonly isReplay: boolean; readonly user?: Existence }
  /** `knewOrder`: whether the client had been told of its order before it asked once more. */
  | { readonly kind: "refused"; readonly code: string; readonly user?: Existence; readonly knewOrder?: boolean }
  /** 5xx, time-out, lost answer: the order may exist or not. */
  | { readonly kind: "unknown" };

/** When the user existed while the request was under way; undefined where nobody watched. */
export type Existence = "always" | "sometimes" | "never" | undefined;

export interface PlacedOrder {
  readonly id: string;
  readonly userId: string;
  readonly items: readonly CheckedLine[];
  readonly totalAmount?: number | undefined;
}

/** One broken promise: which one, and the ids that show it. */
export interface Violation {
  readonly invariant: "I1" | "I2" | "I3" | "I4" | "I5" | "I6" | "I7" | "I8" | "I9" | "I10" | "truth" | "alarm";
  readonly message: string;
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
