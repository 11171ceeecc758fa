import { currentScope, type Scope } from "../telemetry/scope.ts";
import { doShared } from "../telemetry/shared-work.ts";

/** The outcome of one item of a batch. */
export type Settled<Result> =
  { readonly ok: true; readonly value: Result } | { readonly ok: false; readonly error: unknown };

/**
 * A limit on batches in flight. Coalescers that share one start their batches together: items added to them at the same
 * time leave at the same time, and the next batches leave when there is room again.
 */
export class Flights {
  readonly #max: number;
  readonly #landed: (() => void)[] = [];
  #underWay = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get isFull(): boolean {
    return this.#underWay >= this.#max;
  }

  /** Calls this whenever there is room again. */
  onRoom(call: () => void): void {
    this.#landed.push(call);
  }

  begin(): void {
    this.#underWay++;
  }

  end(): void {
    this.#underWay--;
    if (!this.isFull) for (const call of this.#landed) call();
  }
}

/** How a coalescer runs its batches. Every number is a limit. */
export interface CoalescerOptions<Item, Result> {
  /** What a batch is called in traces; `batch` when absent. */
  readonly name?: string;
  /**
   * Does the work of a batch in one go.
   * @returns one result per item, in order; when it throws, every item of the batch fails with that error
   */
  run(items: readonly Item[]): Promise<readonly Settled<Result>[]>;
  /** Most items of one batch. */
  readonly batchMax: number;
  /** Most weight of one batch, unless a single item weighs more; no limit when absent. */
  readonly weightMax?: number;
  /** What an item adds to the weight of its batch; 1 when absent. */
  weightOf?(item: Item): number;
  /** Most items that wait; one more is refused at once. */
  readonly queueMax: number;
  /** The limit on batches in flight; when absent, its own limit of one. */
  readonly flights?: Flights | undefined;
  /** Called when a batch is about to begin: expired items are left out. */
  isExpired?(item: Item): boolean;
}

/** The queue is full: nothing was done for this item. */
export class QueueFullError extends Error {
  override readonly name = "QueueFullError";
}

/** The item expired while it waited: nothing was done for it. */
export class ItemExpiredError extends Error {
  override readonly name = "ItemExpiredError";
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly scope: Scope | undefined;
  resolve(value: Result): void;
  reject(error: unknown): void;
}

/**
 * Joins the requests of concurrent callers into batches, without a timer: while a batch is in flight the next one fills.
 * A batch holds only items that were added before it began, so no answer is older than its request. Product-service's
 * `Lane` does the same for jobs that have deadlines of their own and that their batch settles one by one.
 */
export class Coalescer<Item, Result> {
  readonly #options: CoalescerOptions<Item, Result>;
  readonly #flights: Flights;
  #queue: Waiting<Item, Result>[] = [];
  #underWay = 0;
  #isScheduled = false;

  constructor(options: CoalescerOptions<Item, Result>) {
    this.#options = options;
    this.#flights = options.flights ?? new Flights(1);
    this.#flights.onRoom(() => {
      if (this.#queue.length > 0) this.#schedule();
    });
  }

  /** How many items wait for a batch to begin. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Whether nothing waits and nothing is under way. */
  get isIdle(): boolean {
    return this.#queue.length === 0 && this.#underWay === 0 && !this.#isScheduled;
  }

  /**
   * Adds an item to the next batch.
   * @throws {QueueFullError | ItemExpiredError} when nothing was done for it; otherwise the error of its batch
   */
  add(item: Item): Promise<Result> {
    if (this.#queue.length >= this.#options.queueMax)
      return Promise.reject(new QueueFullError(`${this.#options.queueMax} items wait already`));
    return new Promise<Result>((resolve, reject) => {
      this.#queue.push({ item, scope: currentScope(), resolve, reject });
      this.#schedule();
    });
  }

  /** Begins after the pending events, so that requests that arrived together share a batch. */
  #schedule(): void {
    if (this.#isScheduled || this.#flights.isFull) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      void this.#fly();
    });
  }

  async #fly(): Promise<void> {
    const batch = this.#takeBatch();
    if (batch.length === 0) return;
    this.#underWay++;
    this.#flights.begin();
    // What did not fit into this batch need not wait for it if another may be in flight beside it.
    if (this.#queue.length > 0) this.#schedule();
    try {
      settle(batch, await this.#run(batch));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.#underWay--;
      this.#flights.end();
    }
  }

  #run(batch: readonly Waiting<Item, Result>[]): Promise<readonly Settled<Result>[]> {
    const { name = "batch", run } = this.#options;
    const shared = { name, scopes: batch.map(({ scope }) => scope), attributes: { "batch.size": batch.length } };
    return doShared(shared, async () => run(batch.map(({ item }) => item)));
  }

  #takeBatch(): readonly Waiting<Item, Result>[] {
    const { batchMax, weightMax = Number.POSITIVE_INFINITY } = this.#options;
    const batch: Waiting<Item, Result>[] = [];
    let taken = 0;
    let weight = 0;
    for (const waiting of this.#queue) {
      if (this.#options.isExpired?.(waiting.item) === true)
        waiting.reject(new ItemExpiredError("expired while it waited"));
      else {
        weight += this.#options.weightOf?.(waiting.item) ?? 1;
        if (batch.length >= batchMax || (batch.length > 0 && weight > weightMax)) break;
        batch.push(waiting);
      }
      taken++;
    }
    this.#queue = this.#queue.slice(taken);
    return batch;
  }
}

function settle<Item, Result>(batch: readonly Waiting<Item, Result>[], results: readonly Settled<Result>[]): void {
  if (results.length !== batch.length)
    throw new Error(`a batch of ${batch.length} items was answered with ${results.length} results`);
  for (const [index, { resolve, reject }] of batch.entries()) {
    const result = results[index];
    if (result?.ok === true) resolve(result.value);
    else reject(result?.error);
  }
}
