import type { reservationsClient } from "@pos/client/reservations";
import type { Clock } from "@pos/service-kit/clock";
import type { Logger } from "@pos/service-kit/logger";
import type { BackgroundWork } from "@pos/service-kit/run-service";
import { concurrently } from "../background/concurrently.ts";
import { periodic } from "../background/periodic.ts";
import type { Reaping, StaleHold } from "../placement/reap.ts";
import type { Telemetry } from "@pos/service-kit/telemetry";

/** What the reaper works with. */
export interface ReaperTools {
  readonly reservations: Pick<ReturnType<typeof reservationsClient>, "list">;
  /** Settles an abandoned hold. */
  reap(hold: StaleHold): Promise<Reaping>;
  /** Settles a younger one if there is its order; `later` when there is none. */
  follow(hold: StaleHold): Promise<Reaping>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Takes each hold in the trace of the request that made it. */
  readonly telemetry?: Pick<Telemetry, "perform">;
  readonly periodMs: number;
  /** Age, by product-service's database, at which a hold is taken for abandoned. */
  readonly ageMs: number;
}

type FoundHold = StaleHold & { readonly traceparent?: string };

interface Postponed {
  readonly failures: number;
  readonly notBeforeMs: number;
}

/**
 * Age at which a hold is looked at, in milliseconds: the confirm of an order reaches it within moments of the insert, or
 * not at all.
 */
const FOLLOW_AGE_MS = 3000;
const PAGE = 200;
const PAGES_MAX = 500;
const REAPINGS_MAX = 8;
const POSTPONED_MAX = 10_000;
const BACKOFF_MAX_MS = 15_000;

/**
 * Looks in rounds for reservations that are held for too long, and settles each: those whose confirm got lost as soon as
 * their order is seen, those whose placement never finished when they are old enough. One that cannot be settled is left
 * for a later round with a growing pause, so that it starves no other.
 */
export class Reaper implements BackgroundWork {
  readonly #tools: ReaperTools;
  readonly #rounds: BackgroundWork;
  readonly #postponed = new Map<string, Postponed>();

  constructor(tools: ReaperTools) {
    this.#tools = tools;
    this.#rounds = periodic({ name: "reaper", periodMs: tools.periodMs, round: (signal) => this.round(signal) }, tools);
  }

  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** Ends the holds that are abandoned, and follows the orders of younger ones. */
  async round(signal: AbortSignal): Promise<void> {
    const { ageMs } = this.#tools;
    await this.#each(ageMs, signal, (hold) => this.#settle(hold));
    if (ageMs > FOLLOW_AGE_MS) await this.#each(FOLLOW_AGE_MS, signal, (hold) => this.#follow(hold));
  }

  /** Does the work for every hold that is old enough, page by page. */
  async #each(olderThanMs: number, signal: AbortSignal, work: (hold: FoundHold) => Promise<void>): Promise<void> {
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX && !signal.aborted; page++) {
      const { reservations, nextCursor } = await this.#tools.reservations.list({
        state: "held",
        olderThanMs,
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      await concurrently(reservations, REAPINGS_MAX, async ({ orderId, userId, ...hold }) => {
        if (!signal.aborted) await work({ ...hold, orderId: orderId.toLowerCase(), userId: userId.toLowerCase() });
      });
      if (nextCursor === undefined) return;
      cursor = nextCursor;
    }
  }

  async #settle(hold: FoundHold): Promise<void> {
    const { orderId, traceparent } = hold;
    const before = this.#postponed.get(orderId);
    const earlyMs = (before?.notBeforeMs ?? 0) - this.#tools.clock.now();
    // Earlier than any wait is long: the clock was set back.
    if (earlyMs > 0 && earlyMs <= BACKOFF_MAX_MS) return;
    const reap = async () => {
      const reaping = await this.#tools.reap(bare(hold));
      this.#tools.logger.info({ orderId, reaping }, "reaped");
      return reaping;
    };
    const task = { name: "reap", traceparent, attributes: { "order.id": orderId } };
    const reaping = await (this.#tools.telemetry?.perform(task, reap) ?? reap());
    this.#postponed.delete(orderId);
    if (reaping === "later") this.#postpone(orderId, (before?.failures ?? 0) + 1);
  }

  /** No trace and no line for a hold without an order: a placement may be under way, and every round sees it again. */
  async #follow(hold: FoundHold): Promise<void> {
    const reaping = await this.#tools.follow(bare(hold));
    if (reaping !== "later") this.#tools.logger.info({ orderId: hold.orderId, reaping }, "followed its order");
  }

  #postpone(orderId: string, failures: number): void {
    if (this.#postponed.size >= POSTPONED_MAX) this.#postponed.delete(this.#postponed.keys().next().value ?? "");
    const waitMs = Math.min(500 * 2 ** Math.min(failures, 10), BACKOFF_MAX_MS);
    this.#postponed.set(orderId, { failures, notBeforeMs: this.#tools.clock.now() + waitMs });
  }
}

const bare = ({ orderId, rid, userId, fingerprint }: FoundHold): StaleHold => ({ orderId, rid, userId, fingerprint });
