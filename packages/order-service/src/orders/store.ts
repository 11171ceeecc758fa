import { Coalescer } from "@pos/service-kit/coalesce";
import type { Clock } from "@pos/service-kit/clock";
import type { OutboxEntry, StoredOrder } from "../placement/order.ts";
import type { OrderStore, StatusChange, Unknown } from "../placement/ports.ts";
import { untilDeadline } from "../upstream/unanswered.ts";

/** What the store needs of the order database. */
export interface Orders {
  insertAll(
    orders: readonly StoredOrder[],
  ): Promise<readonly ({ kind: "acknowledged" } | { kind: "duplicate" } | Unknown)[]>;
  findMany(ids: readonly string[]): Promise<ReadonlyMap<string, StoredOrder>>;
  changeStatus(change: StatusChange): Promise<StoredOrder | undefined>;
}

/** What the store needs of the outbox. */
export interface Entries {
  drop(entries: readonly { orderId: string; entryId: string }[]): Promise<void>;
  postpone(orderId: string, entry: OutboxEntry): Promise<void>;
}

interface Insert {
  readonly order: StoredOrder;
  readonly deadlineAtMs: number;
}

const INSERT_BATCH_MAX = 200;
const READ_BATCH_MAX = 200;
const QUEUE_MAX = 5000;
const READS_MAX = 4;

/**
 * The protocol's order store over MongoDB. Inserts of concurrent requests share unordered batches, reads by id share
 * lookups, and whatever throws is `unknown`.
 */
export class CoalescingOrderStore implements OrderStore {
  readonly #orders: Orders;
  readonly #entries: Entries;
  readonly #clock: Clock;
  readonly #onEntries: (orderId: string, entries: readonly OutboxEntry[]) => void;
  readonly #inserts: Coalescer<Insert, Awaited<ReturnType<OrderStore["insert"]>>>;
  readonly #reads: Coalescer<string, StoredOrder | undefined>;
  readonly #drops: Coalescer<{ orderId: string; entryId: string }, void>;

  /** @param tools `onEntries` hears of every outbox entry whose write was acknowledged */
  constructor(
    orders: Orders,
    entries: Entries,
    tools: { clock: Clock; onEntries(orderId: string, entries: readonly OutboxEntry[]): void },
  ) {
    this.#orders = orders;
    this.#entries = entries;
    this.#clock = tools.clock;
    this.#onEntries = tools.onEntries;
    this.#inserts = new Coalescer({
      run: async (inserts) => {
        const verdicts = await orders.insertAll(inserts.map(({ order }) => order));
        return verdicts.map((value) => ({ ok: true, value }));
      },
      batchMax: INSERT_BATCH_MAX,
      queueMax: QUEUE_MAX,
      isExpired: ({ deadlineAtMs }) => tools.clock.now() >= deadlineAtMs,
    });
    this.#reads = new Coalescer({
      run: async (ids) => {
        const found = await orders.findMany([...new Set(ids)]);
        return ids.map((id) => ({ ok: true, value: found.get(id) }));
      },
      batchMax: READ_BATCH_MAX,
      queueMax: QUEUE_MAX,
      flightsMax: READS_MAX,
    });
    this.#drops = new Coalescer({
      run: async (delivered) => {
        await entries.drop(delivered);
        return delivered.map(() => ({ ok: true, value: undefined }));
      },
      batchMax: INSERT_BATCH_MAX,
      queueMax: QUEUE_MAX,
    });
  }

  async insert(order: StoredOrder, deadlineAtMs: number) {
    const verdict = this.#inserts.add({ order, deadlineAtMs }).catch(unknown);
    // The entries are told of even when nobody waits for the verdict any more.
    void verdict.then(({ kind }) => {
      if (kind === "acknowledged") this.#onEntries(order.id, order.outbox);
    });
    const late = (): Unknown => ({ kind: "unknown", cause: new Error("the insert was not acknowledged in time") });
    return untilDeadline(verdict, { deadlineAtMs, clock: this.#clock, late });
  }

  async readMajority(id: string) {
    try {
      const order = await this.find(id);
      return order === undefined ? { kind: "none" as const } : { kind: "found" as const, order };
    } catch (error) {
      return unknown(error);
    }
  }

  /** Like `readMajority`, for callers to whom a failed read is an error. */
  find(id: string): Promise<StoredOrder | undefined> {
    return this.#reads.add(id);
  }

  async changeStatus(change: StatusChange) {
    try {
      const order = await this.#orders.changeStatus(change);
      if (order === undefined) return { kind: "refused" as const };
      this.#onEntries(change.orderId, change.entries);
      return { kind: "acknowledged" as const, order };
    } catch (error) {
      return unknown(error);
    }
  }

  dropEntry(orderId: string, entryId: string) {
    return this.#drops.add({ orderId, entryId }).then(acknowledged, unknown);
  }

  postponeEntry(orderId: string, entry: OutboxEntry) {
    return this.#entries.postpone(orderId, entry).then(acknowledged, unknown);
  }
}

const acknowledged = () => ({ kind: "acknowledged" as const });

const unknown = (cause: unknown): Unknown => ({ kind: "unknown", cause });
