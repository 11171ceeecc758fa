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
  reap(hold: StaleHold): Promise<Reaping>;
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

const PAGE = 200;
const PAGES_MAX = 500;
const REAPINGS_MAX = 8;
const POSTPONED_MAX = 10_000;
const BACKOFF_MAX_MS = 15_000;

/**
 * Looks in rounds for reservations whose placement never finished, and settles each. One that cannot be settled is left
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

  /** Settles every hold that is old enough, page by page. */
  async round(signal: AbortSignal): Promise<void> {
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX && !signal.aborted; page++) {
      const { reservations, nextCursor } = await this.#tools.reservations.list({
        state: "held",
        olderThanMs: this.#tools.ageMs,
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      await concurrently(reservations, REAPINGS_MAX, async ({ orderId, userId, ...hold }) => {
        if (!signal.aborted)
          await this.#settle({ ...hold, orderId: orderId.toLowerCase(), userId: userId.toLowerCase() });
      });
      if (nextCursor === undefined) return;
      cursor = nextCursor;
    }
  }

  async #settle(hold: FoundHold): Promise<void> {
    const { orderId, traceparent } = hold;
    const before = this.#postponed.get(orderId);
    if (before !== undefined && this.#tools.clock.now() < before.notBeforeMs) return;
    const reap = () => this.#reap(hold);
    const task = { name: "reap", traceparent, attributes: { "order.id": orderId } };
    const reaping = await (this.#tools.telemetry?.perform(task, reap) ?? reap());
    this.#postponed.delete(orderId);
    if (reaping === "later") this.#postpone(orderId, (before?.failures ?? 0) + 1);
  }

  async #reap({ orderId, rid, userId, fingerprint }: StaleHold): Promise<Reaping> {
    const reaping = await this.#tools.reap({ orderId, rid, userId, fingerprint });
    this.#tools.logger.info({ orderId, reaping }, "reaped");
    return reaping;
  }

  #postpone(orderId: string, failures: number): void {
    if (this.#postponed.size >= POSTPONED_MAX) this.#postponed.delete(this.#postponed.keys().next().value ?? "");
    const waitMs = Math.min(500 * 2 ** Math.min(failures, 10), BACKOFF_MAX_MS);
    this.#postponed.set(orderId, { failures, notBeforeMs: this.#tools.clock.now() + waitMs });
  }
}
