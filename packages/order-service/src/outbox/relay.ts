import type { Clock } from "@pos/service-kit/clock";
import type { Logger } from "@pos/service-kit/logger";
import type { BackgroundWork } from "@pos/service-kit/run-service";
import { concurrently } from "../background/concurrently.ts";
import { Gathered } from "../background/gathered.ts";
import { periodic } from "../background/periodic.ts";
import type { OutboxEntry } from "../placement/order.ts";
import type { OwnedEntry } from "./repository.ts";

/** Where the relay finds entries that nobody delivered at once. */
export interface DueEntries {
  /** @param since entries due before it are left out; none are when undefined */
  due(now: Date, limit: number, since: Date | undefined): Promise<readonly OwnedEntry[]>;
}

/** What the relay works with. */
export interface RelayTools {
  readonly entries: DueEntries;
  deliver(orderId: string, entry: OutboxEntry): Promise<unknown>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly periodMs: number;
}

/** Deliveries of a round under way at most. */
const DELIVERIES_MAX = 1000;
const ORDERS_PER_ROUND_MAX = 500;
/**
 * How far a round looks back from the one before it, in milliseconds. Delivered entries stay in the index as deleted
 * keys for minutes, and a round that begins at the oldest walks over all of them.
 */
const LOOK_BACK_MS = 60_000;
/** One of so many rounds looks back without end, and so does the first, and the one after a round that failed. */
const FULL_EVERY_ROUNDS = 60;

/**
 * Delivers outbox entries: within moments when this process wrote them, and in rounds whatever is due, so that entries of a
 * process that died are delivered by any other. An entry that fails gets a later time and so never blocks another.
 */
export class Relay implements BackgroundWork {
  readonly #tools: RelayTools;
  readonly #rounds: BackgroundWork;
  /** Ids of entries that wait in the queue or are being delivered: a round leaves them alone. */
  readonly #inHand = new Set<string>();
  /** Nobody waits for a delivery: those of a short while go together, in few requests and writes. */
  readonly #offered: Gathered<OwnedEntry>;
  #roundsToFull = 0;
  /** When the last whole round began: a process that stood still meanwhile looks back to it. */
  #lookedAtMs = 0;

  constructor(tools: RelayTools) {
    this.#tools = tools;
    this.#offered = new Gathered({ ...tools, name: "delivery", work: (owned) => this.#deliver(owned) });
    this.#rounds = periodic(
      { name: "outbox relay", periodMs: tools.periodMs, round: (signal) => this.round(signal) },
      tools,
    );
  }

  /** Entries of this process that wait for their first delivery. */
  get waiting(): number {
    return this.#offered.waiting;
  }

  start(): void {
    this.#rounds.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#rounds.stop(), this.#offered.stop()]);
  }

  /** Takes entries that were just written; what does not fit is found by a round. */
  offer(orderId: string, entries: readonly OutboxEntry[]): void {
    for (const entry of entries) if (this.#offered.offer({ orderId, entry })) this.#inHand.add(entry.id);
  }

  /** Delivers what is due, until nothing is. */
  async round(signal: AbortSignal): Promise<void> {
    const roundsToFull = this.#roundsToFull;
    this.#roundsToFull = 0;
    const nowMs = this.#tools.clock.now();
    const since = roundsToFull === 0 ? undefined : new Date(Math.min(this.#lookedAtMs, nowMs) - LOOK_BACK_MS);
    for (;;) {
      const due = await this.#tools.entries.due(new Date(this.#tools.clock.now()), ORDERS_PER_ROUND_MAX, since);
      const fresh = due.filter(({ entry }) => !this.#inHand.has(entry.id));
      for (const { entry } of fresh) this.#inHand.add(entry.id);
      await concurrently(fresh, DELIVERIES_MAX, async (owned) => {
        if (!signal.aborted) await this.#deliver(owned);
      });
      if (fresh.length === 0 || due.length < ORDERS_PER_ROUND_MAX || signal.aborted) break;
    }
    this.#lookedAtMs = nowMs;
    this.#roundsToFull = (roundsToFull === 0 ? FULL_EVERY_ROUNDS : roundsToFull) - 1;
  }

  async #deliver({ orderId, entry }: OwnedEntry): Promise<void> {
    try {
      await this.#tools.deliver(orderId, entry);
    } catch (error) {
      this.#tools.logger.error({ err: error, orderId, entryId: entry.id }, "an outbox entry could not be handled");
    } finally {
      this.#inHand.delete(entry.id);
    }
  }
}
