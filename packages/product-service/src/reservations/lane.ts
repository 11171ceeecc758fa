import { unavailable } from "@pos/service-kit/app-error";
import type { Clock } from "@pos/service-kit/clock";
import { currentScope } from "@pos/service-kit/scope";
import { doShared } from "@pos/service-kit/shared-work";
import { untilDeadline } from "@pos/service-kit/until-deadline";

/** A job on its way: settled once, by its outcome, its failure or its deadline. */
export class Entry<Job, Outcome> {
  readonly job: Job;
  /** By the clock, in milliseconds since the epoch. */
  readonly deadlineAtMs: number;
  readonly scope = currentScope();
  /** `performance.now()` when it was queued, in milliseconds. */
  readonly queuedAt = performance.now();
  /** The error of the last attempt, if any: for the log, when the deadline passes. */
  lastFailure: unknown;
  readonly #settler = Promise.withResolvers<Outcome>();
  #isSettled = false;

  constructor(job: Job, deadlineAtMs: number) {
    this.job = job;
    this.deadlineAtMs = deadlineAtMs;
  }

  get outcome(): Promise<Outcome> {
    return this.#settler.promise;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  resolve(outcome: Outcome): void {
    this.#isSettled = true;
    this.#settler.resolve(outcome);
  }

  reject(error: unknown): void {
    this.#isSettled = true;
    this.#settler.reject(error);
  }
}

/** What a lane is made of. */
export interface LaneTools<Job, Outcome> {
  /** What a batch is called in traces. */
  readonly name: string;
  readonly clock: Clock;
  /** Jobs that wait at most; one more is refused. */
  readonly queueMax: number;
  /** Jobs of one batch at most. */
  readonly batchMax: number;
  /** Sum of weights of one batch at most; a single job may weigh more. */
  readonly weightMax: number;
  weightOf(job: Job): number;
  /** Carries out a batch: settles every entry that it is given, or rejects. */
  carryOut(entries: readonly Entry<Job, Outcome>[]): Promise<void>;
}

/**
 * One queue with one batch in flight. While a batch is in flight the next one fills (natural batching), so there
 * is no timer: a lone job does not wait, and under load it shares a batch. Service-kit's `Coalescer` would wait for a turn
 * of the event loop before each batch and settle all of its items at its end; here the batch settles each job by itself,
 * so that half of a halved batch is answered at once and a job is given up at its deadline.
 */
export class Lane<Job, Outcome> {
  readonly #tools: LaneTools<Job, Outcome>;
  #waiting: Entry<Job, Outcome>[] = [];
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(tools: LaneTools<Job, Outcome>) {
    this.#tools = tools;
  }

  /**
   * Queues a job.
   * @throws {AppError} SERVICE_UNAVAILABLE when the queue is full, the deadline passes, or the lane is closed
   */
  submit(job: Job, deadlineAtMs: number): Promise<Outcome> {
    if (this.#isClosed) return Promise.reject(unavailable("The service is stopping. Try again."));
    if (this.#waiting.length >= this.#tools.queueMax) {
      return Promise.reject(unavailable("Too many reservations are waiting. Try again in a second."));
    }
    const entry = new Entry<Job, Outcome>(job, deadlineAtMs);
    this.#waiting.push(entry);
    this.#running ??= this.#run();
    // A caller never waits longer than its deadline, whatever the database does.
    const late = () => {
      expire(entry);
      return entry.outcome;
    };
    return untilDeadline(entry.outcome, { deadlineAtMs, clock: this.#tools.clock, late });
  }

  /** Jobs that wait for a batch. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Refuses new jobs; resolves when the accepted ones are settled. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    // Jobs of one tick belong to one batch.
    await Promise.resolve();
    for (let batch = this.#take(); batch.length > 0; batch = this.#take()) {
      try {
        await doShared(
          {
            name: this.#tools.name,
            scopes: batch.map(({ scope }) => scope),
            attributes: { "batch.size": batch.length },
          },
          () => this.#tools.carryOut(batch),
        );
      } catch (error) {
        for (const entry of batch) if (!entry.isSettled) entry.reject(error);
      }
    }
    this.#running = undefined;
  }

  /** The oldest jobs that fit into one batch; expired ones are dropped. */
  #take(): Entry<Job, Outcome>[] {
    const { batchMax, weightMax, weightOf } = this.#tools;
    const batch: Entry<Job, Outcome>[] = [];
    let weight = 0;
    let taken = 0;
    for (const entry of this.#waiting) {
      if (!entry.isSettled) {
        weight += weightOf(entry.job);
        if (batch.length === batchMax || (batch.length > 0 && weight > weightMax)) break;
        batch.push(entry);
      }
      taken++;
    }
    this.#waiting = this.#waiting.slice(taken);
    return batch;
  }
}

/** Entries whose deadline has not passed; the others are rejected. */
export function stillWanted<Job, Outcome>(
  entries: readonly Entry<Job, Outcome>[],
  nowMs: number,
): readonly Entry<Job, Outcome>[] {
  for (const entry of entries) if (entry.deadlineAtMs <= nowMs) expire(entry);
  return entries.filter(({ isSettled }) => !isSettled);
}

function expire(entry: Pick<Entry<never, never>, "isSettled" | "lastFailure" | "reject">): void {
  if (entry.isSettled) return;
  const message = "The time for this request ran out, so it is unknown whether it happened. Try again.";
  entry.reject(unavailable(message, entry.lastFailure));
}
