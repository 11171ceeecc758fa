import type {
  BatchDecision,
  BatchRules,
  BatchSnapshot,
  decideBatch,
  Job,
  moveReservation,
  Outcome,
  pairsToCount,
  ReservationRecord,
} from "@pos/product-service/protocol";
import type { WriteEnd } from "./majority-store.ts";
import type { Process } from "./network.ts";
import { type ProductdbDocument, productKey, type ProductStore, reservationKey } from "./product-store.ts";
import type { Random } from "./random.ts";
import type { Scheduler, Trace } from "./scheduler.ts";

/** The pure decisions of product-service: the real ones, or a variant's. */
export interface ProductProtocol {
  readonly decideBatch: typeof decideBatch;
  readonly moveReservation: typeof moveReservation;
  readonly pairsToCount: typeof pairsToCount;
}

/** How far the database is trusted; production asks for all of it. */
export interface TransactionTraits {
  /** A transaction whose documents were changed since its snapshot does not commit. */
  readonly detectsConflicts: boolean;
  /** A batch without writes is answered only when what it read is durable. */
  readonly awaitsDurableReads: boolean;
}

/** What a replica is built from. */
export interface ProductReplicaTools {
  readonly store: ProductStore;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly protocol: ProductProtocol;
  readonly traits: TransactionTraits;
  readonly rules: BatchRules;
  readonly trace: Trace;
}

export type JobAnswer = Outcome | "unknown";

interface Queued {
  readonly job: Job;
  readonly answer: (answer: JobAnswer) => void;
}

const TRIES_MAX = 6;
const BATCH_MAX = 200;

/** One replica of product-service: the queue and group commit of production around its pure decisions. */
export class ProductReplica {
  readonly process: Process;
  readonly #tools: ProductReplicaTools;
  #queue: Queued[] = [];
  #flushing: Queued[] = [];

  constructor(process: Process, tools: ProductReplicaTools) {
    this.process = process;
    this.#tools = tools;
  }

  /** Joins the queue; a dead replica refuses the connection. */
  submit(job: Job, answer: (answer: JobAnswer) => void): void {
    if (!this.process.isAlive) return answer("unknown");
    this.#queue.push({ job, answer });
    this.#flushSoon();
  }

  /** Marks a reservation as belonging to an order: one guarded update outside of the queue, or else a majority read. */
  confirm(orderId: string, rid: string, answer: (answer: JobAnswer) => void): void {
    if (!this.process.isAlive) return answer("unknown");
    const { store, protocol } = this.#tools;
    const before = store.reservation(orderId)?.reservation;
    const { state, change, alarm } = protocol.moveReservation("confirm", before, rid);
    if (before !== undefined && change !== undefined) {
      return store.write([reservationDocument({ ...before, ...change })], (end) =>
        answer(end === "committed" ? { kind: "moved", state, alarm } : "unknown"),
      );
    }
    const durable = protocol.moveReservation("confirm", store.durableReservation(orderId), rid);
    const found = durable.change === undefined ? durable.state : "held";
    answer({ kind: "moved", state: found, alarm: durable.alarm });
  }

  /** Kills the process: its connections are reset, what it has sent to the database may still be carried out. */
  kill(): void {
    this.process.kill();
    for (const { answer } of [...this.#queue, ...this.#flushing]) answer("unknown");
    this.#queue = [];
    this.#flushing = [];
  }

  #flushSoon(): void {
    if (this.#flushing.length > 0 || this.#queue.length === 0) return;
    this.#flushing = this.#queue.splice(0, BATCH_MAX);
    this.#begin(1);
  }

  #begin(tries: number): void {
    this.#tools.scheduler.soon(this.process.inThisLife(() => this.#decide(tries)));
  }

  #decide(tries: number): void {
    const { protocol, rules, scheduler, store } = this.#tools;
    const { term } = store;
    const jobs = this.#flushing.map(({ job }) => job);
    const snapshot = this.#read(jobs);
    const decision = protocol.decideBatch(snapshot, jobs, rules);
    const finish = this.process.inThisLife((end: WriteEnd | "conflict") => this.#finish(end, decision, tries));
    // The commit is on its way: a process killed from here on no longer stops it.
    scheduler.soon(() => (store.term === term ? this.#write(snapshot, decision, finish) : finish("rolledBack")));
  }

  #write(snapshot: BatchSnapshot, decision: BatchDecision, finish: (end: WriteEnd | "conflict") => void): void {
    const documents = this.#documentsOf(snapshot, decision);
    if (documents === "conflict") return finish("conflict");
    if (documents.length === 0 && !this.#tools.traits.awaitsDurableReads) return finish("committed");
    this.#tools.store.write(documents, finish);
  }

  #finish(end: WriteEnd | "conflict", decision: BatchDecision, tries: number): void {
    const { random } = this.#tools;
    if (end !== "committed" && tries < TRIES_MAX && (end === "conflict" || random.chance(0.5)))
      return this.#begin(tries + 1);
    const done = this.#flushing;
    this.#flushing = [];
    this.#tools.trace?.(`${this.process.name} batch of ${done.length} ${end}`);
    for (const [index, { answer }] of done.entries()) {
      answer(end === "committed" ? (decision.outcomes[index] ?? "unknown") : "unknown");
    }
    this.#flushSoon();
  }

  #read(jobs: readonly Job[]): BatchSnapshot {
    const { store, scheduler, protocol, rules } = this.#tools;
    const products = new Map();
    const reservations = new Map<string, ReservationRecord>();
    for (const job of jobs) {
      const reservation = store.reservation(job.orderId)?.reservation;
      if (reservation !== undefined) reservations.set(job.orderId, reservation);
      for (const { productId } of job.kind === "reserve" ? job.items : (reservation?.items ?? [])) {
        const found = store.product(productId);
        if (found !== undefined) products.set(productId, found.product);
      }
    }
    const pairs = protocol.pairsToCount(products, jobs, rules.pendingLimitUnits);
    const pendingUnits = new Map(pairs.map((pair) => [`${pair.userId}:${pair.productId}`, store.openUnits(pair)]));
    return { nowMs: scheduler.clock.now(), products, reservations, pendingUnits };
  }

  #documentsOf(snapshot: BatchSnapshot, decision: BatchDecision): readonly ProductdbDocument[] | "conflict" {
    const { store, traits } = this.#tools;
    const documents: ProductdbDocument[] = [];
    for (const { productId, stockDeltaUnits, openDeltaUnits } of decision.productChanges) {
      const found = store.product(productId);
      if (found === undefined) return "conflict";
      if (traits.detectsConflicts && found.product !== snapshot.products.get(productId)) return "conflict";
      const stockUnits = found.product.stockUnits + stockDeltaUnits;
      const openUnits = found.product.openUnits + openDeltaUnits;
      documents.push({ ...found, id: productKey(productId), product: { ...found.product, stockUnits, openUnits } });
    }
    const changes = decision.reservationChanges.map(({ before, after }) => ({
      before: before as typeof before | undefined,
      after,
    }));
    for (const { before, after } of [
      ...changes,
      ...decision.newReservations.map((after) => ({ before: undefined, after })),
    ]) {
      if (traits.detectsConflicts && store.reservation(after.orderId)?.reservation !== before) return "conflict";
      documents.push(reservationDocument(after));
    }
    return documents;
  }
}

const reservationDocument = (reservation: ReservationRecord): ProductdbDocument => ({
  id: reservationKey(reservation.orderId),
  reservation,
});
