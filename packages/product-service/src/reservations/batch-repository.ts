import { WholeNumber } from "@pos/contracts/primitives";
import { Price, ProductName } from "@pos/contracts/products";
import type { Clock } from "@pos/service-kit/clock";
import { byIds, findDocuments } from "@pos/service-kit/command-runner";
import { isDuplicateKey } from "@pos/service-kit/database-errors";
import { DirectCommands } from "@pos/service-kit/direct-commands";
import { DirectSession } from "@pos/service-kit/direct-session";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { type Db, ObjectId } from "mongodb";
import { type Attempt, attemptTransaction, type Worked } from "../transaction.ts";
import { isDeleted, type ProductDocument } from "../products/documents.ts";
import { MismatchError, stillAs, writeDecision } from "./batch-write-repository.ts";
import { checkedRecord, type ReservationDocument } from "./documents.ts";
import type { BatchStore } from "./group-commit.ts";
import {
  type BatchDecision,
  type BatchRules,
  decideBatch,
  type Job,
  type Outcome,
  pairKey,
  pairsToCount,
  type PendingPair,
  type ProductStock,
  type ReservationRecord,
  type ReserveJob,
} from "./protocol.ts";
import { type Reading, RecentProducts } from "./recent-products.ts";

const stockProjection = { name: 1, price: 1, stock: 1, openUnits: 1, deletedAt: 1, now: "$$NOW" } as const;
const units = WholeNumber({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER });
/** The fields of a product that a hold returns or depends on. */
const SoldFacts = Type.Object({ name: ProductName, price: Price, stock: units, openUnits: units });
type StockView = Pick<ProductDocument, "_id" | "name" | "price" | "stock" | "openUnits" | "deletedAt"> & { now: Date };

/**
 * Batches of jobs in MongoDB, on one session for the life of the process: its next transaction ends one that was left
 * open, and others can end it by the session's id when this process dies.
 */
export class BatchRepository implements BatchStore {
  readonly #session: DirectSession;
  readonly #clock: Clock;
  readonly #rules: BatchRules;
  readonly #recent = new RecentProducts();

  constructor(db: Db, clock: Clock, rules: BatchRules) {
    this.#session = new DirectSession(new DirectCommands(db));
    this.#clock = clock;
    this.#rules = rules;
  }

  /** Id of the session that every batch is written on. */
  readonly sessionId = (): string => this.#session.id;

  /**
   * Usually every job is the first for its order, and its products are as they were a moment ago. Such a batch is decided
   * without a read: the write checks the assumptions, and the unique ids reveal a reservation that exists already. If an
   * assumption is wrong, the batch is decided again by a read.
   */
  async attempt(jobs: readonly Job[], deadlineAtMs: number): Promise<Attempt<readonly Outcome[]>> {
    const once = async (work: () => Promise<Worked<BatchDecision>>): Promise<Attempt<readonly Outcome[]>> => {
      const attempt = await attemptTransaction(this.#session, work, { deadlineAtMs, clock: this.#clock });
      if (attempt.kind !== "done") return attempt;
      this.#recent.apply(attempt.value);
      return { kind: "done", value: attempt.value.outcomes };
    };
    if (!jobs.every(isReserve)) return once(() => this.#decideAndWrite(jobs, { isFirst: false }));
    const guess = this.#guess(jobs);
    const first = await (guess === undefined
      ? once(() => this.#decideAndWrite(jobs, { isFirst: true }))
      : once(() => this.#writeGuess(guess)));
    if (first.kind !== "failed") return first;
    if (isDuplicateKey(first.error)) return once(() => this.#decideAndWrite(jobs, { isFirst: false }));
    if (guess === undefined || !(first.error instanceof MismatchError)) return first;
    this.#recent.forget(guess.products.keys());
    return this.attempt(jobs, deadlineAtMs);
  }

  /** Decides from what was last seen. @returns undefined when not every job would get a new hold: that needs a read */
  #guess(jobs: readonly ReserveJob[]): Guess | undefined {
    const reading = this.#recent.recall(new Set(jobs.flatMap(({ items }) => items.map(({ productId }) => productId))));
    if (reading === undefined) return undefined;
    const { products, nowMs } = reading;
    if (pairsToCount(products, jobs, this.#rules.pendingLimitUnits).length > 0) return undefined;
    const decision = decideBatch(
      { nowMs, products, reservations: new Map(), pendingUnits: new Map() },
      jobs,
      this.#rules,
    );
    return decision.outcomes.every(isNewHold) ? { products, decision } : undefined;
  }

  async #writeGuess({ products, decision }: Guess): Promise<Worked<BatchDecision>> {
    await writeDecision(this.#session, decision, stillAs(products, this.#rules.pendingLimitUnits));
    return { value: decision, isCommitted: true };
  }

  /** @param expected.isFirst whether no job is expected to have a reservation */
  async #decideAndWrite(jobs: readonly Job[], { isFirst }: { isFirst: boolean }): Promise<Worked<BatchDecision>> {
    const reservations = isFirst ? new Map<string, ReservationRecord>() : await this.#readReservations(jobs);
    const reading = await this.#readProducts(jobs, reservations);
    const { products, nowMs } = reading;
    this.#recent.learn(reading);
    const pairs = pairsToCount(products, jobs, this.#rules.pendingLimitUnits);
    const pendingUnits = pairs.length === 0 ? new Map<string, number>() : await this.#countPending(pairs);
    const snapshot = { nowMs, products, pendingUnits };
    let decision = decideBatch({ ...snapshot, reservations }, jobs, this.#rules);
    // Only an insert finds out that an id is taken: a job that is not given a new hold may have one already.
    if (isFirst && !decision.outcomes.every(isNewHold))
      decision = decideBatch({ ...snapshot, reservations: await this.#readReservations(jobs) }, jobs, this.#rules);
    await writeDecision(this.#session, decision);
    return { value: decision, isCommitted: decision.outcomes.some(isPromise) };
  }

  /** @throws where one was changed by hand: its batch is halved until its own jobs fail alone */
  async #readReservations(jobs: readonly Job[]): Promise<Map<string, ReservationRecord>> {
    const ids = [...new Set(jobs.map(({ orderId }) => orderId))];
    const found = await findDocuments<ReservationDocument>(this.#session, {
      find: "reservations",
      filter: byIds(ids),
      batchSize: ids.length + 1,
    });
    return new Map(found.map((document) => [document._id.toHexString(), checkedRecord(document)]));
  }

  async #readProducts(jobs: readonly Job[], reservations: ReadonlyMap<string, ReservationRecord>): Promise<Reading> {
    const ids = new Set<string>();
    for (const job of jobs) {
      const items = job.kind === "reserve" ? job.items : (reservations.get(job.orderId)?.items ?? []);
      for (const { productId } of items) ids.add(productId);
    }
    // A release may end a hold that a job of the same batch makes, whose products that job names.
    const found = await findDocuments<StockView>(this.#session, {
      find: "products",
      filter: byIds([...ids]),
      projection: stockProjection,
      batchSize: ids.size + 1,
    });
    const products = new Map<string, ProductStock>();
    for (const view of found) {
      const { _id, name, price, stock, openUnits } = view;
      const isBroken = !Value.Check(SoldFacts, view);
      products.set(_id.toHexString(), {
        name,
        price,
        stockUnits: stock,
        openUnits,
        isDeleted: isDeleted(view),
        isBroken,
      });
    }
    return { products, nowMs: found[0]?.now.getTime() ?? this.#clock.now() };
  }

  /**
   * Open units per pair. Two processes cannot both count and then both hold: a hold also writes its
   * product, so the second one's snapshot conflicts.
   */
  async #countPending(pairs: readonly PendingPair[]): Promise<Map<string, number>> {
    const productIds = [...new Set(pairs.map(({ productId }) => productId))].map((id) => new ObjectId(id));
    const userIds = [...new Set(pairs.map(({ userId }) => userId))].map((id) => new ObjectId(id));
    const counted = await findDocuments<{ _id: { userId: ObjectId; productId: ObjectId }; units: number }>(
      this.#session,
      {
        aggregate: "reservations",
        pipeline: [
          { $match: { "items.productId": { $in: productIds }, isOpen: true, userId: { $in: userIds } } },
          { $unwind: "$items" },
          { $match: { "items.productId": { $in: productIds } } },
          { $group: { _id: { userId: "$userId", productId: "$items.productId" }, units: { $sum: "$items.quantity" } } },
        ],
        cursor: {},
      },
    );
    const units = new Map(pairs.map(({ userId, productId }) => [pairKey(userId, productId), 0]));
    for (const { _id, units: pendingUnits } of counted) {
      const key = pairKey(_id.userId.toHexString(), _id.productId.toHexString());
      if (units.has(key)) units.set(key, pendingUnits);
    }
    return units;
  }
}

/** A decision by products that were not read in its transaction. */
interface Guess {
  readonly products: ReadonlyMap<string, ProductStock>;
  readonly decision: BatchDecision;
}

const isReserve = (job: Job): job is ReserveJob => job.kind === "reserve";

/**
 * Whether the caller relies on what was read or written: then it must be committed by a majority, even when the batch
 * wrote nothing. Nobody relies on a refusal.
 */
const isPromise = (outcome: Outcome): boolean => outcome.kind === "reservation" || outcome.kind === "moved";

const isNewHold = (outcome: Outcome): boolean => outcome.kind === "reservation" && !outcome.isReplay;
