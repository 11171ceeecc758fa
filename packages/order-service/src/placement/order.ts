import type { OrderHistoryEntry, OrderItem, OrderStatus } from "@pos/contracts/orders";

/** States of an order document. `void` is the tombstone of an attempt that may never become an order; it is internal. */
export type OrderState = OrderStatus | "void";

/** The kinds of message to product-service; `settle` says that the order has left pending. */
export type MoveKind = "confirm" | "release" | "settle";

/** The moves that are kept as messages; a confirm is sent from memory. */
export type MessageKind = Exclude<MoveKind, "confirm">;

/** A message that must reach product-service at least once; it lives in the document of its order. */
export interface OutboxEntry {
  readonly id: string;
  /** A `confirm` was written by a version before confirms were sent from memory. */
  readonly kind: MoveKind;
  /** Token of the reservation that the message moves. */
  readonly rid: string;
  readonly state: "pending" | "dead";
  /** How many answers have refused the entry itself; at 20 it is dead. */
  readonly tries: number;
  /** How many deliveries in a row had no answer; only spaces the next ones. */
  readonly unanswered: number;
  readonly createdAt: Date;
  /** Not delivered by a relay round before this time. */
  readonly nextAt: Date;
  readonly lastError?: string;
  /** W3C trace context of the request that caused it. */
  readonly traceparent?: string;
}

/** One step of an order's life. */
export type HistoryEntry = Omit<OrderHistoryEntry, "at"> & { readonly at: Date };

/** An order, or the tombstone of one, as its document keeps it. Its id is the only arbiter of what it becomes. */
export interface StoredOrder {
  readonly id: string;
  readonly userId: string;
  readonly status: OrderState;
  /** Token of its reservation; absent in tombstones that never learnt of one. */
  readonly rid?: string;
  /** SHA-256 over the merged, sorted lines. */
  readonly fingerprint: string;
  /** SHA-256 over user and Idempotency-Key; the key itself is not kept. */
  readonly keyHash?: string;
  /** Lines as they were sent; none in tombstones. */
  readonly items: readonly OrderItem[];
  readonly totalAmount: number;
  readonly history: readonly HistoryEntry[];
  readonly outbox: readonly OutboxEntry[];
  /** Counts changes of status; the ETag. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
