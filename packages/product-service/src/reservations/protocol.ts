import { moveReservation } from "./state-table.ts";
import type {
  BatchDecision,
  BatchRules,
  BatchSnapshot,
  Job,
  MoveJob,
  Outcome,
  PendingPair,
  ProductChange,
  ProductStock,
  RefusalOutcome,
  ReservationRecord,
  ReserveJob,
} from "./protocol-types.ts";

export { moveReservation, type MoveCommand } from "./state-table.ts";
export type * from "./protocol-types.ts";

/**
 * Decides a batch of jobs in order of arrival, without I/O. Each reserve takes all of its lines or none; a job sees
 * what the jobs before it did. The decision holds only if it is written in the transaction that read the snapshot.
 * @param snapshot must hold every product and reservation that the jobs and those reservations name, if it exists, and
 *   a count for every pair that `pairsToCount` named
 * @returns one outcome per job, in order, and the writes that put them into effect; none when nothing changed
 */
export function decideBatch(snapshot: BatchSnapshot, jobs: readonly Job[], rules: BatchRules): BatchDecision {
  const books = new Books(snapshot);
  const outcomes = jobs.map((job) =>
    job.kind === "reserve" ? decideReserve(books, job, rules) : decideMove(books, job),
  );
  return { outcomes, ...books.changes() };
}

/**
 * The pairs of user and product whose open units must be counted before `decideBatch` can tell whether a limit is
 * reached. Open units of all users of a product bound those of each one, so most batches need no count at all.
 * @param products as in the snapshot; ids that are absent are unknown products
 */
export function pairsToCount(
  products: ReadonlyMap<string, ProductStock>,
  jobs: readonly Job[],
  pendingLimitUnits: number,
): readonly PendingPair[] {
  const askedUnits = new Map<string, number>();
  const lines = jobs.flatMap((job) => (job.kind === "reserve" ? job.items.map((item) => ({ ...item, job })) : []));
  for (const { productId, quantity } of lines) askedUnits.set(productId, (askedUnits.get(productId) ?? 0) + quantity);
  const pairs = new Map<string, PendingPair>();
  for (const { productId, job } of lines) {
    const openUnits = products.get(productId)?.openUnits ?? 0;
    if (openUnits + (askedUnits.get(productId) ?? 0) <= pendingLimitUnits) continue;
    pairs.set(pairKey(job.userId, productId), { userId: job.userId, productId });
  }
  return [...pairs.values()];
}

/** Key of a pair in `BatchSnapshot.pendingUnits`. */
export const pairKey = (userId: string, productId: string): string => `${userId}:${productId}`;

function decideReserve(books: Books, job: ReserveJob, rules: BatchRules): Outcome {
  const existing = books.reservation(job.orderId);
  if (existing !== undefined) {
    if (existing.fingerprint !== job.fingerprint) return { kind: "otherFingerprint" };
    return { kind: "reservation", reservation: existing, isReplay: true };
  }
  const refusal = refuse(books, job, rules.pendingLimitUnits);
  if (refusal !== undefined) return refusal;
  return { kind: "reservation", reservation: books.hold(job, rules.newRid()), isReplay: false };
}

/** The first reason against a reservation: an unknown or broken product, then insufficient stock, then the limit. */
function refuse(books: Books, job: ReserveJob, pendingLimitUnits: number): RefusalOutcome | undefined {
  const unknown = job.items.find(({ productId }) => books.product(productId)?.isDeleted !== false);
  if (unknown !== undefined) return { kind: "unknownProduct", productId: unknown.productId };
  const broken = job.items.find(({ productId }) => books.product(productId)?.isBroken === true);
  if (broken !== undefined) return { kind: "brokenProduct", productId: broken.productId };
  for (const { productId, quantity } of job.items) {
    const availableUnits = books.product(productId)?.stockUnits ?? 0;
    if (quantity > availableUnits) {
      return { kind: "insufficientStock", productId, requestedUnits: quantity, availableUnits };
    }
  }
  for (const { productId, quantity } of job.items) {
    const pendingUnits = books.pendingUnits(job.userId, productId);
    if (pendingUnits !== undefined && pendingUnits + quantity > pendingLimitUnits) {
      return {
        kind: "pendingLimit",
        productId,
        requestedUnits: quantity,
        pendingUnits,
        limitUnits: pendingLimitUnits,
      };
    }
  }
  return undefined;
}

function decideMove(books: Books, job: MoveJob): Outcome {
  const reservation = books.reservation(job.orderId);
  const outcome = moveReservation(job.kind, reservation, job.rid);
  if (reservation !== undefined && outcome.change !== undefined) books.move(reservation, outcome.change);
  return { kind: "moved", state: outcome.state, alarm: outcome.alarm };
}

/** A working copy of the snapshot that remembers what changed. */
class Books {
  readonly #nowMs: number;
  readonly #products: Map<string, ProductStock>;
  readonly #reservations: Map<string, ReservationRecord>;
  readonly #pendingUnits: Map<string, number>;
  readonly #before: BatchSnapshot;
  readonly #changed = new Set<string>();
  readonly #taken = new Set<string>();

  constructor(snapshot: BatchSnapshot) {
    this.#before = snapshot;
    this.#nowMs = snapshot.nowMs;
    this.#products = new Map(snapshot.products);
    this.#reservations = new Map(snapshot.reservations);
    this.#pendingUnits = new Map(snapshot.pendingUnits);
  }

  product(productId: string): ProductStock | undefined {
    return this.#products.get(productId);
  }

  reservation(orderId: string): ReservationRecord | undefined {
    return this.#reservations.get(orderId);
  }

  /** Undefined when the pair was not counted, because it cannot reach the limit. */
  pendingUnits(userId: string, productId: string): number | undefined {
    return this.#pendingUnits.get(pairKey(userId, productId));
  }

  hold(job: ReserveJob, rid: string): ReservationRecord {
    const items = job.items.map(({ productId, quantity }) => {
      const { name = "", price = 0 } = this.product(productId) ?? {};
      return { productId, productName: name, price, quantity };
    });
    const { orderId, userId, fingerprint, traceparent } = job;
    const times = { createdAtMs: this.#nowMs, updatedAtMs: this.#nowMs };
    const facts = { orderId, rid, userId, fingerprint, items, ...(traceparent === undefined ? {} : { traceparent }) };
    const held = { ...facts, state: "held" as const, isOpen: true, ...times };
    this.#put(held);
    for (const { productId, quantity } of items) {
      this.#taken.add(productId);
      this.#book(userId, productId, { stockUnits: -quantity, openUnits: quantity });
    }
    return held;
  }

  move(reservation: ReservationRecord, change: Pick<ReservationRecord, "state" | "isOpen">): void {
    this.#put({ ...reservation, ...change, updatedAtMs: this.#nowMs });
    const isReturned = change.state === "released" && reservation.state !== "released";
    const isClosed = reservation.isOpen && !change.isOpen;
    for (const { productId, quantity } of reservation.items) {
      this.#book(reservation.userId, productId, {
        stockUnits: isReturned ? quantity : 0,
        openUnits: isClosed ? -quantity : 0,
      });
    }
  }

  changes(): Omit<BatchDecision, "outcomes"> {
    const changed = [...this.#changed]
      .map((orderId) => this.#reservations.get(orderId))
      .filter((found) => found !== undefined);
    return {
      productChanges: this.#productChanges(),
      newReservations: changed.filter(({ orderId }) => !this.#before.reservations.has(orderId)),
      reservationChanges: changed.flatMap((after) => {
        const before = this.#before.reservations.get(after.orderId);
        return before === undefined ? [] : [{ before, after }];
      }),
    };
  }

  #productChanges(): ProductChange[] {
    const changes: ProductChange[] = [];
    for (const [productId, after] of this.#products) {
      const before = this.#before.products.get(productId);
      if (before === undefined || before === after) continue;
      const stockDeltaUnits = after.stockUnits - before.stockUnits;
      const openDeltaUnits = after.openUnits - before.openUnits;
      const isTaken = this.#taken.has(productId);
      // Units that were taken and given back in one batch leave both sums as they were, but the write still has to meet
      // those of other processes.
      changes.push({ productId, stockDeltaUnits, openDeltaUnits, isTaken });
    }
    return changes.sort((a, b) => (a.productId < b.productId ? -1 : 1));
  }

  #put(reservation: ReservationRecord): void {
    this.#reservations.set(reservation.orderId, reservation);
    this.#changed.add(reservation.orderId);
  }

  #book(userId: string, productId: string, delta: { stockUnits: number; openUnits: number }): void {
    const product = this.#products.get(productId);
    if (product === undefined || (delta.stockUnits === 0 && delta.openUnits === 0)) return;
    this.#products.set(productId, {
      ...product,
      stockUnits: product.stockUnits + delta.stockUnits,
      openUnits: product.openUnits + delta.openUnits,
    });
    const key = pairKey(userId, productId);
    const pendingUnits = this.#pendingUnits.get(key);
    if (pendingUnits !== undefined) this.#pendingUnits.set(key, pendingUnits + delta.openUnits);
  }
}
