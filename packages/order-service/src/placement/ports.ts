import type { OrderItem } from "@pos/contracts/orders";
import type { HistoryEntry, MoveKind, OrderState, OutboxEntry, StoredOrder } from "./order.ts";

/**
 * The world as the protocol sees it. Verdicts are values, never thrown: a port answers what is known for certain, and
 * `unknown` or `unanswered` for everything else. Whether something unknown happened is never guessed.
 */
export interface PlacementPorts {
  readonly orders: OrderStore;
  readonly reservations: Reservations;
  readonly users: Users;
  readonly clock: ProtocolClock;
  readonly random: Random;
  readonly alarms: Alarms;
  /** W3C trace context of the request; messages that it causes keep it, so that their delivery joins its trace. */
  readonly traceparent?: string | undefined;
}

/** Nobody knows whether it happened: lost connection, time-out, failed write concern. */
export interface Unknown {
  readonly kind: "unknown";
  readonly cause?: unknown;
}

/** The order database. Writes are acknowledged by a majority. */
export interface OrderStore {
  /** Stores a new document; `duplicate` when its id is taken by a document that a majority has. */
  insert(order: StoredOrder, deadlineAtMs: number): Promise<{ kind: "acknowledged" } | { kind: "duplicate" } | Unknown>;
  /** Reads what a majority has; `unknown` at the deadline, if there is one, at the latest. */
  readMajority(
    id: string,
    deadlineAtMs?: number,
  ): Promise<{ kind: "found"; order: StoredOrder } | { kind: "none" } | Unknown>;
  /** Changes the status when the document still has the version; `refused` when it has not. */
  changeStatus(
    change: StatusChange,
  ): Promise<{ kind: "acknowledged"; order: StoredOrder } | { kind: "refused" } | Unknown>;
  /** Takes a delivered entry out of the document. */
  dropEntry(orderId: string, entryId: string): Promise<{ kind: "acknowledged" } | Unknown>;
  /** Keeps an entry for later: its counters, time and error. */
  postponeEntry(orderId: string, entry: OutboxEntry): Promise<{ kind: "acknowledged" } | Unknown>;
}

/** One guarded change of status with the messages it causes, in one write. */
export interface StatusChange {
  readonly orderId: string;
  readonly from: OrderState;
  /** The version that the document must still have. */
  readonly version: number;
  readonly step: HistoryEntry;
  readonly entries: readonly OutboxEntry[];
}

/** No decisive answer, and what to tell the caller. */
export interface Unanswered {
  readonly kind: "unanswered";
  /** `unavailable`: 503, 429, time-out, refused. `broken`: another 5xx or a malformed answer. `denied`: 401, 403 to us. */
  readonly reason: "unavailable" | "broken" | "denied";
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** A verdict of product-service that no repetition of the same call changes, with what the caller is told. */
export interface ReservationRefusal {
  readonly kind: "refused";
  readonly code: "INSUFFICIENT_STOCK" | "UNKNOWN_PRODUCT" | "PENDING_LIMIT" | "IDEMPOTENCY_KEY_REUSED";
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Stock that is taken for an order: lines merged and sorted, with name and price. */
export interface Hold {
  readonly kind: "held";
  readonly rid: string;
  readonly items: readonly OrderItem[];
}

/** One line of an order as it was sent. */
export interface Line {
  readonly productId: string;
  readonly quantity: number;
}

/** What is to be held for an order. */
export interface ReserveCommand {
  readonly orderId: string;
  readonly userId: string;
  readonly fingerprint: string;
  /** Merged and sorted. */
  readonly items: readonly Line[];
}

/** The state at product-service after a move; `none` when it has no such reservation. */
export interface Moved {
  readonly kind: "moved";
  readonly state: "none" | "held" | "confirmed" | "released";
}

/** The reservations of product-service. */
export interface Reservations {
  /** `held` also for one that is confirmed already; `released` is final. */
  reserve(
    command: ReserveCommand,
    deadlineAtMs: number,
  ): Promise<Hold | { kind: "released" } | ReservationRefusal | Unanswered>;
  /** `refused` when the answer refuses this message itself and would refuse it again. */
  move(
    kind: MoveKind,
    target: { orderId: string; rid: string },
    deadlineAtMs: number,
  ): Promise<Moved | { kind: "refused"; reason: string } | Unanswered>;
}

/** The users of user-service. */
export interface Users {
  /** Asked afresh for every placement: the answer is never older than the request. */
  check(
    userId: string,
    deadlineAtMs: number,
  ): Promise<{ kind: "active" } | { kind: "refused"; reason: "unknown" | "suspended" } | Unanswered>;
}

/** Time, in milliseconds since the epoch. No decision about stock or orders rests on it. */
export interface ProtocolClock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** Randomness. */
export interface Random {
  /** A new order id: 24 hexadecimal digits. */
  orderId(): string;
  /** A new outbox entry id: at most 64 characters. */
  entryId(): string;
  /** At least 0, below 1. */
  fraction(): number;
}

/** Alarms: what must never happen and needs a person. */
export interface Alarms {
  raise(message: string, facts: Readonly<Record<string, string>>): void;
}
