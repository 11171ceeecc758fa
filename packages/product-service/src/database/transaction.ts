import type { Clock } from "@pos/service-kit/clock";
import { isSocketError } from "@pos/service-kit/database-errors";
import { type ClientSession, MongoError, MongoErrorLabel } from "mongodb";

/** What one attempt of a transaction came to. */
export type Attempt<Value> =
  | { readonly kind: "done"; readonly value: Value }
  /** Another writer was first, or the connection was lost before the commit: nothing was written, try again. */
  | { readonly kind: "conflict"; readonly error: unknown }
  /** Whether it was committed cannot be told before the deadline. */
  | { readonly kind: "unknown"; readonly error: unknown }
  /** Refused for a reason of its own; nothing was written. */
  | { readonly kind: "failed"; readonly error: unknown };

/** What the work inside a transaction ends with: a value, and whether what was read or written is committed. */
export interface Worked<Value> {
  readonly value: Value;
  readonly isCommitted: boolean;
}

/** Longest random pause after a conflict, in milliseconds. */
export const CONFLICT_PAUSE_MAX_MS = 30;

const options = {
  readConcern: { level: "snapshot" },
  writeConcern: { w: "majority", journal: true },
  readPreference: "primary",
} as const;

/**
 * One attempt at one transaction (snapshot, majority). An unknown commit is committed again until the deadline. The
 * driver's `withTransaction` is not used, because it goes on for two minutes whatever the caller's deadline.
 * @param deadlineAtMs by the clock, in milliseconds since the epoch
 */
export async function attemptTransaction<Value>(
  session: ClientSession,
  work: () => Promise<Worked<Value>>,
  limits: { deadlineAtMs: number; clock: Clock },
): Promise<Attempt<Value>> {
  try {
    session.startTransaction(options);
    const { value, isCommitted } = await work();
    if (!isCommitted) {
      await abort(session);
      return { kind: "done", value };
    }
    return await commit(session, value, limits);
  } catch (error) {
    await abort(session);
    const isTransient = isSocketError(error) || hasLabel(error, MongoErrorLabel.TransientTransactionError);
    return { kind: isTransient ? "conflict" : "failed", error };
  }
}

/** A random pause, so that two writers that met do not meet again at once. */
export const pauseAfterConflict = (clock: Clock): Promise<void> => clock.sleep(Math.random() * CONFLICT_PAUSE_MAX_MS);

async function commit<Value>(
  session: ClientSession,
  value: Value,
  { deadlineAtMs, clock }: { deadlineAtMs: number; clock: Clock },
): Promise<Attempt<Value>> {
  for (;;) {
    try {
      await session.commitTransaction();
      return { kind: "done", value };
    } catch (error) {
      if (hasLabel(error, MongoErrorLabel.TransientTransactionError)) return { kind: "conflict", error };
      const isUnknown = isSocketError(error) || hasLabel(error, MongoErrorLabel.UnknownTransactionCommitResult);
      if (!isUnknown) return { kind: "failed", error };
      if (clock.now() >= deadlineAtMs) return { kind: "unknown", error };
      await pauseAfterConflict(clock);
    }
  }
}

/** The next transaction of the session ends this one in any case. */
async function abort(session: ClientSession): Promise<void> {
  if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
}

const hasLabel = (error: unknown, label: string): boolean => error instanceof MongoError && error.hasErrorLabel(label);
