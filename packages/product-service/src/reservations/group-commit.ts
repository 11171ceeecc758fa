import { unavailable } from "@pos/service-kit/app-error";
import type { Clock } from "@pos/service-kit/clock";
import { isDatabaseUnavailable } from "@pos/service-kit/database-errors";
import { type Attempt, pauseAfterConflict } from "../transaction.ts";
import { type Entry, stillWanted } from "./lane.ts";
import type { Job, Outcome } from "./protocol.ts";

/** Writes batches: one attempt is one transaction. */
export interface BatchStore {
  attempt(jobs: readonly Job[], deadlineAtMs: number): Promise<Attempt<readonly Outcome[]>>;
}

type JobEntry = Entry<Job, Outcome>;

/**
 * Carries out a batch as one transaction. After a conflict it pauses for a random time and tries again, without the jobs
 * whose deadline has passed. A batch that fails for another reason is tried once more and then halved, so that a job that
 * cannot be written fails alone.
 */
export const groupCommit = (store: BatchStore, clock: Clock) => (entries: readonly JobEntry[]) =>
  new GroupCommit(store, clock).carryOut(entries);

class GroupCommit {
  readonly #store: BatchStore;
  readonly #clock: Clock;
  #hasRepeated = false;

  constructor(store: BatchStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async carryOut(entries: readonly JobEntry[]): Promise<void> {
    for (;;) {
      const wanted = stillWanted(entries, this.#clock.now());
      if (wanted.length === 0) return;
      const deadlineAtMs = Math.max(...wanted.map((entry) => entry.deadlineAtMs));
      const attempt = await this.#store.attempt(
        wanted.map(({ job }) => job),
        deadlineAtMs,
      );
      if (attempt.kind !== "conflict") return this.#settle(wanted, attempt);
      for (const entry of wanted) entry.lastFailure = attempt.error;
      await pauseAfterConflict(this.#clock);
    }
  }

  async #settle(
    entries: readonly JobEntry[],
    attempt: Exclude<Attempt<readonly Outcome[]>, { kind: "conflict" }>,
  ): Promise<void> {
    switch (attempt.kind) {
      case "done":
        return resolveAll(entries, attempt.value);
      case "unknown": {
        const error = unavailable("The database did not confirm whether this happened. Try again.", attempt.error);
        return rejectAll(entries, error);
      }
      case "failed":
        return this.#afterFailure(entries, attempt.error);
    }
  }

  async #afterFailure(entries: readonly JobEntry[], error: unknown): Promise<void> {
    if (isDatabaseUnavailable(error)) return rejectAll(entries, error);
    if (!this.#hasRepeated) {
      this.#hasRepeated = true;
      return this.carryOut(entries);
    }
    if (entries.length === 1) return rejectAll(entries, error);
    const middle = Math.ceil(entries.length / 2);
    await this.carryOut(entries.slice(0, middle));
    await this.carryOut(entries.slice(middle));
  }
}

function resolveAll(entries: readonly JobEntry[], outcomes: readonly Outcome[]): void {
  for (const [index, entry] of entries.entries()) {
    const outcome = outcomes[index];
    if (outcome === undefined) entry.reject(new Error("a batch came back with fewer outcomes than jobs"));
    else entry.resolve(outcome);
  }
}

function rejectAll(entries: readonly JobEntry[], error: unknown): void {
  for (const entry of entries) entry.reject(error);
}
