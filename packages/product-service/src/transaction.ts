import type { Clock } from "@pos/service-kit/clock";
import { isDatabaseUnavailable } from "@pos/service-kit/database-errors";
import type { DirectSession } from "@pos/service-kit/direct-session";
import { MongoError, MongoErrorLabel, MongoServerError } from "mongodb";

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
const CONFLICT_PAUSE_MAX_MS = 30;

/**
 * One attempt at one transaction (snapshot, majority). An unknown commit is committed again until the deadline.
 * @param deadlineAtMs by the clock, in milliseconds since the epoch
 */
export async function attemptTransaction<Value>(
  session: DirectSession,
  work: () => Promise<Worked<Value>>,
  limits: { deadlineAtMs: number; clock: Clock },
): Promise<Attempt<Value>> {
  try {
    session.begin();
    const { value, isCommitted } = await work();
    if (!isCommitted) {
      await abort(session);
      return { kind: "done", value };
    }
    return await commit(session, value, limits);
  } catch (error) {
    await abort(session);
    // What the server says itself it labels; a connection that was lost has no label.
    const isLost = isDatabaseUnavailable(error) && !(error instanceof MongoServerError);
    const isTransient = isLost || hasLabel(error, MongoErrorLabel.TransientTransactionError);
    return { kind: isTransient ? "conflict" : "failed", error };
  }
}

/** A random pause, so that two writers that met do not meet again at once. */
export const pauseAfterConflict = (clock: Clock): Promise<void> => clock.sleep(Math.random() * CONFLICT_PAUSE_MAX_MS);

async function commit<Value>(
  session: DirectSession,
  value: Value,
  { deadlineAtMs, clock }: { deadlineAtMs: number; clock: Clock },
): Promise<Attempt<Value>> {
  for (;;) {
    try {
      await session.commit();
      return { kind: "done", value };
    } catch (error) {
      if (hasLabel(error, MongoErrorLabel.TransientTransactionError)) return { kind: "conflict", error };
      // A failed write concern included: it may be committed, and a majority may not have it.
      if (!isDatabaseUnavailable(error)) return { kind: "failed", error };
      if (clock.now() >= deadlineAtMs) return { kind: "unknown", error };
      await pauseAfterConflict(clock);
    }
  }
}

/** The next transaction of the session ends this one in any case. */
async function abort(session: DirectSession): Promise<void> {
  await session.abort().catch(() => undefined);
}

const hasLabel = (error: unknown, label: string): boolean => error instanceof MongoError && error.hasErrorLabel(label);
