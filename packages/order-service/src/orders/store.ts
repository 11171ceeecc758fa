import { Coalescer, Flights, type Settled } from "@pos/service-kit/coalesce";
import type { Clock } from "@pos/service-kit/clock";
import type { Logger } from "@pos/service-kit/logger";
import { untilDeadline } from "@pos/service-kit/until-deadline";
import { failure, LateError } from "./failure.ts";
import type { OutboxEntry, StoredOrder } from "../placement/order.ts";
import type { OrderStore, StatusChange, Unknown } from "../placement/ports.ts";

/** What the store needs of the order database. */
export interface Orders {
  insertAll(
    orders: readonly StoredOrder[],
  ): Promise<readonly ({ kind: "acknowledged" } | { kind: "duplicate" } | Unknown)[]>;
  findMany(ids: readonly string[]): Promise<ReadonlyMap<string, Settled<StoredOrder>>>;
  changeStatus(change: StatusChange): Promise<StoredOrder | undefined>;
}

/** What the store needs of the outbox. */
export interface Entries {
  drop(entries: readonly { orderId: string; entryId: string }[]): Promise<void>;
  postpone(orderId: string, entry: OutboxEntry): Promise<void>;
}

/** What the store works with. */
export interface StoreTools {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Hears of every order and tombstone whose insert was acknowledged. */
  onInserted(order: StoredOrder): void;
  /** Hears of the outbox entries of every change of status that was acknowledged. */
  onEntries(orderId: string, entries: readonly OutboxEntry[]): void;
}

interface Insert {
  readonly order: StoredOrder;
  readonly deadlineAtMs: number;
}

const INSERT_BATCH_MAX = 200;
const READ_BATCH_MAX = 200;
/** A second command while one is under way: who comes then need not wait for its end. */
const READ_FLIGHTS_MAX = 2;
const QUEUE_MAX = 5000;
/** Longest wait for a read or a change of status, in milliseconds; a frozen database would hold them for longer. */
const WAIT_MAX_MS = 3000;

/**
 * The protocol's order store over MongoDB. Inserts of concurrent requests share unordered batches, reads by id share
 * lookups, and whatever throws is `unknown`.
 */
export class CoalescingOrderStore implements OrderStore {
  readonly #orders: Orders;
  readonly #entries: Entries;
  readonly #tools: StoreTools;
  readonly #inserts: Coalescer<Insert, Awaited<ReturnType<OrderStore["insert"]>>>;
  readonly #reads: Coalescer<string, StoredOrder | undefined>;
  readonly #drops: Coalescer<{ orderId: string; entryId: string }, void>;

  constructor(orders: Orders, entries: Entries, tools: StoreTools) {
    this.#orders = orders;
    this.#entries = entries;
    this.#tools = tools;
    this.#inserts = new Coalescer({
      name: "insert orders",
      run: async (inserts) => {
        const verdicts = await orders.insertAll(inserts.map(({ order }) => order));
        return verdicts.map((value) => ({ ok: true, value }));
      },
      batchMax: INSERT_BATCH_MAX,
      queueMax: QUEUE_MAX,
      isExpired: ({ deadlineAtMs }) => tools.clock.now() >= deadlineAtMs,
    });
    this.#reads = new Coalescer<string, StoredOrder | undefined>({
      name: "read orders",
      run: async (ids) => {
        const found = await orders.findMany([...new Set(ids)]);
        return ids.map((id) => found.get(id) ?? { ok: true, value: undefined });
      },
      batchMax: READ_BATCH_MAX,
      flights: new Flights(READ_FLIGHTS_MAX),
      queueMax: QUEUE_MAX,
    });
    this.#drops = new Coalescer({
      name: "drop outbox entries",
      run: async (delivered) => {
        await entries.drop(delivered);
        return delivered.map(() => ({ ok: true, value: undefined }));
      },
      batchMax: INSERT_BATCH_MAX,
      queueMax: QUEUE_MAX,
    });
  }

  /** Orders that wait for their insert to begin. */
  get waitingInserts(): number {
    return this.#inserts.waiting;
  }

  async insert(order: StoredOrder, deadlineAtMs: number) {
    const verdict = this.#inserts.add({ order, deadlineAtMs }).catch(unknown);
    // It is told of even when nobody waits for the verdict any more.
    void verdict.then(({ kind }) => {
      if (kind === "acknowledged") this.#tools.onInserted(order);
    });
    return this.#watched(order.id, verdict, deadlineAtMs);
  }

  async readMajority(id: string, deadlineAtMs = Number.POSITIVE_INFINITY) {
    return this.#told(id, await this.#read(id, deadlineAtMs));
  }

  /**
   * Like `readMajority`, for callers to whom a failed read is an error: the line of their request tells its cause.
   * @throws {AppError} SERVICE_UNAVAILABLE, INTERNAL_ERROR
   */
  async find(id: string): Promise<StoredOrder | undefined> {
    const read = await this.#read(id);
    if (read.kind === "unknown") throw failure(read.cause, "The order could not be read. Try again.");
    return read.kind === "found" ? read.order : undefined;
  }

  async changeStatus(change: StatusChange) {
    const changed = this.#orders.changeStatus(change).then((order) => {
      if (order === undefined) return { kind: "refused" as const };
      this.#tools.onEntries(change.orderId, change.entries);
      return { kind: "acknowledged" as const, order };
    }, unknown);
    return this.#watched(change.orderId, changed, this.#soon());
  }

  dropEntry(orderId: string, entryId: string) {
    const dropped = this.#drops.add({ orderId, entryId }).then(acknowledged, unknown);
    return this.#watched(orderId, dropped, this.#soon());
  }

  postponeEntry(orderId: string, entry: OutboxEntry) {
    const postponed = this.#entries.postpone(orderId, entry).then(acknowledged, unknown);
    return this.#watched(orderId, postponed, this.#soon());
  }

  #soon(): number {
    return this.#tools.clock.now() + WAIT_MAX_MS;
  }

  #read(id: string, deadlineAtMs = Number.POSITIVE_INFINITY) {
    const read = this.#reads
      .add(id)
      .then((order) => (order === undefined ? { kind: "none" as const } : { kind: "found" as const, order }), unknown);
    return this.#until(read, Math.min(this.#soon(), deadlineAtMs));
  }

  async #watched<Verdict extends { kind: string }>(
    orderId: string,
    work: Promise<Verdict | Unknown>,
    deadlineAtMs: number,
  ): Promise<Verdict | Unknown> {
    return this.#told(orderId, await this.#until(work, deadlineAtMs));
  }

  #until<Verdict extends { kind: string }>(work: Promise<Verdict | Unknown>, deadlineAtMs: number) {
    const late = () => unknown(new LateError("the database did not answer in time"));
    return untilDeadline<Verdict | Unknown>(work, { deadlineAtMs, clock: this.#tools.clock, late });
  }

  /** Writes down why something is not known. */
  #told<Verdict extends { kind: string }>(orderId: string, verdict: Verdict | Unknown): Verdict | Unknown {
    if (verdict.kind === "unknown" && "cause" in verdict)
      this.#tools.logger.warn({ orderId, err: verdict.cause }, "no verdict from the order database");
    return verdict;
  }
}

const acknowledged = () => ({ kind: "acknowledged" as const });
const unknown = (cause: unknown): Unknown => ({ kind: "unknown", cause });
