import type { Clock } from "@pos/service-kit/clock";
import { untilDeadline } from "@pos/service-kit/until-deadline";

/**
 * Turns within this process, by key, in order of arrival. Transactions that write the same document refuse each other:
 * sixty at once, each with its pauses and its wait for a connection, get fewer done than one after the other.
 */
export class Turns {
  readonly #clock: Clock;
  /** By key: ends with the turn of whoever came last. */
  readonly #last = new Map<string, Promise<void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Does work when the turns taken before it have ended. Whoever waits until the deadline begins then, and lets the next
   * one pass: one whose work hangs holds nobody up for longer.
   * @param deadlineAtMs by the clock, in milliseconds since the epoch
   */
  async take<Value>(key: string, deadlineAtMs: number, work: () => Promise<Value>): Promise<Value> {
    const before = this.#last.get(key);
    const { promise: turn, resolve: end } = Promise.withResolvers<void>();
    this.#last.set(key, turn);
    try {
      if (before !== undefined)
        await untilDeadline(before, { deadlineAtMs, clock: this.#clock, late: () => undefined });
      return await work();
    } finally {
      end();
      if (this.#last.get(key) === turn) this.#last.delete(key);
    }
  }
}
