import type { Clock } from "@pos/service-kit/clock";
import { drainMicrotasks } from "bun:jsc";
import type { Random } from "./random.ts";

/** Says what happens; absent when nobody reads along, because text costs more than the step that it describes. */
export type Trace = ((line: string) => void) | undefined;

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/** Steps of one schedule; more means that something runs for ever. */
const STEPS_MAX = 20_000;

/**
 * Decides every interleaving of one schedule. What is ready waits in one bag and the random stream picks the next; time
 * is a number that moves when nothing is ready, or at random, because no clock is trusted for safety.
 */
export class Scheduler {
  readonly #random: Random;
  readonly #ready: (() => void)[] = [];
  #timers: Timer[] = [];
  #nowMs = 1_700_000_000_000;
  #steps = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The clock port of everything that runs under this scheduler. */
  readonly clock: Clock = {
    now: () => this.#nowMs,
    sleep: (milliseconds) => new Promise((resolve) => this.after(milliseconds, resolve)),
  };

  /** Steps run so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Runs `run` once, before or after anything else that is ready. */
  soon(run: () => void): void {
    this.#ready.push(run);
  }

  /** Runs `run` once the clock has moved by so many milliseconds. */
  after(milliseconds: number, run: () => void): void {
    this.#timers.push({ atMs: this.#nowMs + milliseconds, run });
  }

  /** Moves the clock without waiting for anything. */
  jump(milliseconds: number): void {
    this.#nowMs += milliseconds;
    this.#wake();
  }

  /**
   * Runs one step and everything that follows from it without waiting.
   * @returns false when nothing is ready and no timer is set
   * @throws {Error} when the schedule does not come to an end
   */
  step(): boolean {
    if (this.#ready.length === 0 && !this.#advance()) return false;
    if (++this.#steps > STEPS_MAX) throw new Error(`the schedule did not end within ${STEPS_MAX} steps`);
    const index = this.#random.int(this.#ready.length);
    const run = this.#ready[index];
    const last = this.#ready.pop();
    if (index < this.#ready.length && last !== undefined) this.#ready[index] = last;
    run?.();
    drainMicrotasks();
    return true;
  }

  /** Steps until nothing is left to do. */
  settle(): void {
    while (this.step());
  }

  #advance(): boolean {
    if (this.#timers.length === 0) return false;
    this.#nowMs = this.#timers.reduce((least, { atMs }) => Math.min(least, atMs), Number.POSITIVE_INFINITY);
    this.#wake();
    return true;
  }

  #wake(): void {
    if (this.#timers.length === 0) return;
    const due = this.#timers.filter(({ atMs }) => atMs <= this.#nowMs);
    if (due.length === 0) return;
    this.#timers = this.#timers.filter(({ atMs }) => atMs > this.#nowMs);
    for (const { run } of due) this.#ready.push(run);
  }
}
