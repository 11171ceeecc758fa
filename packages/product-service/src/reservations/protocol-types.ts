import type { ReservationState } from "@pos/contracts/reservations";

export type { ReservationState };

/** What a batch knows of one product. Deleted products stay: they refuse reservations and take stock back. */
export interface ProductStock {
  readonly name: string;
  readonly price: number;
  readonly stockUnits: number;
  /** Units of all open reservations (held or confirmed, not settled) of all users. */
  readonly openUnits: number;
  readonly isDeleted: boolean;
  /** Whether a field breaks the contract, because it was edited by hand: such a product is not sold. */
  readonly isBroken?: boolean;
}

/** One line of a reservation, with the product's name and price at the time it was held. */
export interface ReservedItem {
  readonly productId: string;
  readonly productName: string;
  readonly price: number;
  readonly quantity: number;
}

/** Stock taken for one order. `released` is final. */
export interface ReservationRecord {
  readonly orderId: string;
  /** Random token created with the hold: only its holder can move the reservation. */
  readonly rid: string;
  readonly userId: string;
  readonly state: ReservationState;
  readonly fingerprint: string;
  readonly items: readonly ReservedItem[];
  /** Counts towards the user's pending units: true from the hold until it is released or settled. */
  readonly isOpen: boolean;
  /** Milliseconds since the epoch by the database's clock. */
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** W3C trace context of the request that made the hold. */
  readonly traceparent?: string | undefined;
}

/** Asks for stock for all lines or none. */
export interface ReserveJob {
  readonly kind: "reserve";
  readonly orderId: string;
  readonly userId: string;
  readonly fingerprint: string;
  /** Merged: one line per product. */
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
  /** W3C trace context of the request. */
  readonly traceparent?: string | undefined;
}

/** Releases stock, or settles it: its units no longer count as pending. */
export interface MoveJob {
  readonly kind: "release" | "settle";
  readonly orderId: string;
  readonly rid: string;
}

export type Job = ReserveJob | MoveJob;

/** A user and a product whose open units are counted together. */
export interface PendingPair {
  readonly userId: string;
  readonly productId: string;
}

/** What the transaction of a batch read, all at one point in time. */
export interface BatchSnapshot {
  /** Milliseconds since the epoch by the database's clock. */
  readonly nowMs: number;
  /** By product id. */
  readonly products: ReadonlyMap<string, ProductStock>;
  /** By order id. */
  readonly reservations: ReadonlyMap<string, ReservationRecord>;
  /** Open units by `pairKey`, for the pairs that `pairsToCount` named. */
  readonly pendingUnits: ReadonlyMap<string, number>;
}

/** What deciding a batch needs besides the snapshot. */
export interface BatchRules {
  /** Most open units per user and product. */
  readonly pendingLimitUnits: number;
  /** A new random token: 32 hexadecimal digits. */
  newRid(): string;
}

export type RefusalOutcome =
  | { readonly kind: "unknownProduct"; readonly productId: string }
  | { readonly kind: "brokenProduct"; readonly productId: string }
  | {
      readonly kind: "insufficientStock";
      readonly productId: string;
      readonly requestedUnits: number;
      readonly availableUnits: number;
    }
  | {
      readonly kind: "pendingLimit";
      readonly productId: string;
      readonly requestedUnits: number;
      readonly pendingUnits: number;
      readonly limitUnits: number;
    };

/** The outcome of one job. A reservation is returned as it is now: a replay may find it confirmed or released. */
export type Outcome =
  | RefusalOutcome
  | { readonly kind: "reservation"; readonly reservation: ReservationRecord; readonly isReplay: boolean }
  | { readonly kind: "otherFingerprint" }
  | {
      readonly kind: "moved";
      readonly state: ReservationState | "none";
      /** Set when the call should not have happened: a sentence for the log. */
      readonly alarm: string | undefined;
    };

/** The net change of one product. */
export interface ProductChange {
  readonly productId: string;
  readonly stockDeltaUnits: number;
  readonly openDeltaUnits: number;
  /** Whether units were taken: then the product must still not be deleted when this is written. */
  readonly isTaken: boolean;
}

/** One reservation that moved: it must still be as `before` when this is written. */
export interface ReservationChange {
  readonly before: ReservationRecord;
  readonly after: ReservationRecord;
}

/** The outcome of each job in order, and the writes that put them into effect, all in one transaction. */
export interface BatchDecision {
  readonly outcomes: readonly Outcome[];
  /** Sorted by product id. */
  readonly productChanges: readonly ProductChange[];
  readonly newReservations: readonly ReservationRecord[];
  readonly reservationChanges: readonly ReservationChange[];
}
