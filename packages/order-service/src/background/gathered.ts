import type { Clock } from "@pos/service-kit/clock";
import type { Logger } from "@pos/service-kit/logger";
import type { BackgroundWork } from "@pos/service-kit/run-service";

/** What is done with items that nobody waits for. */
export interface GatheredTools<Item> {
  /** Stands in the log when it fails. */
  readonly name: string;
  readonly work: (item: Item) => Promise<unknown>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Items under way at most. */
const UNDER_WAY_MAX = 1000;
/** How long items wait for others, in milliseconds. */
const GATHER_MS = 100;
const QUEUE_MAX = 10_000;

/** Begins the work for all items of a short while together, so that they share requests and writes. */
export class Gathered<Item> implements BackgroundWork {
  readonly #tools: GatheredTools<Item>;
  #queue: Item[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #gathering: Promise<void> | undefined;
  #isStopping = false;

  constructor(tools: GatheredTools<Item>) {
    this.#tools = tools;
  }

  /** Items whose work has not begun. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Begins by itself with the first item. */
  start(): void {}

  /** Begins what waits, as much as may be under way, and ends it; takes nothing more. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#begin();
    this.#queue = [];
    await this.#gathering;
    await Promise.all(this.#underWay);
  }

  /** @returns whether the item is taken: none is after `stop`, or when too many wait */
  offer(item: Item): boolean {
    if (this.#isStopping || this.#queue.length >= QUEUE_MAX) return false;
    this.#queue.push(item);
    this.#gather();
    return true;
  }

  #gather(): void {
    this.#gathering ??= this.#tools.clock.sleep(GATHER_MS).then(() => {
      this.#gathering = undefined;
      this.#begin();
      if (this.#queue.length > 0) this.#gather();
    });
  }

  #begin(): void {
    for (const item of this.#queue.splice(0, UNDER_WAY_MAX - this.#underWay.size)) {
      const done = this.#work(item).finally(() => this.#underWay.delete(done));
      this.#underWay.add(done);
    }
  }

  async #work(item: Item): Promise<void> {
    const { name, work, logger } = this.#tools;
    try {
      await work(item);
    } catch (error) {
      logger.error({ err: error }, `a ${name} failed`);
    }
  }
}
