import { type AppError, internalError, unavailable } from "@pos/service-kit/app-error";
import { ItemExpiredError, QueueFullError } from "@pos/service-kit/coalesce";
import { isDatabaseUnavailable } from "@pos/service-kit/database-errors";

/** The database did not answer within the time that a request may wait. */
export class LateError extends Error {
  override readonly name = "LateError";
}

/**
 * What the caller is told when nobody knows what became of a call to the database: 503 when the database or the time ran
 * out, because a repetition may succeed; 500 for any other cause, which a repetition meets again.
 */
export function failure(cause: unknown, sentence: string): AppError {
  const isAbsence =
    cause === undefined ||
    cause instanceof LateError ||
    cause instanceof QueueFullError ||
    cause instanceof ItemExpiredError ||
    isDatabaseUnavailable(cause);
  if (isAbsence) return unavailable(sentence, cause);
  return internalError(cause);
}
