import {
  MongoError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoNotConnectedError,
  MongoOperationTimeoutError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  MongoWriteConcernError,
} from "mongodb";

/** Server codes of a limit of time that ran out, one of the command's own or of its write concern. */
const timeLimitCodes = new Set([50, 64, 262]);
/** Server codes of a database that is away for now: no primary, stepping down, shutting down, a cursor ended with it. */
const awayCodes = new Set([43, 89, 91, 189, 6, 7, 9001, 10107, 10058, 11600, 11602, 13435, 13436]);
const socketCodes = new Set(["ECONNRESET", "ECONNREFUSED", "ECONNABORTED", "EPIPE", "ENOTCONN", "ETIMEDOUT"]);
const WAIT_QUEUE_TIMEOUT = "MongoWaitQueueTimeoutError";
const namesOfAbsence = new Set([
  "MongoPoolClearedError",
  "MongoPoolClosedError",
  WAIT_QUEUE_TIMEOUT,
  "MongoExpiredSessionError",
  "MongoClientClosedError",
]);

/**
 * Tells whether an error means that the database is away for now (lost connection, selection time-out, no primary):
 * the caller may try again later. It says nothing about whether a write happened.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (isSocketError(error)) return true;
  if (!(error instanceof MongoError)) return false;
  // A bulk write wraps whatever went wrong, a lost connection too, as if the server had said it.
  if (error instanceof MongoServerError && error.errorResponse instanceof Error) {
    return isDatabaseUnavailable(error.errorResponse);
  }
  if (
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError ||
    error instanceof MongoNotConnectedError ||
    error instanceof MongoTopologyClosedError ||
    error instanceof MongoOperationTimeoutError ||
    error instanceof MongoWriteConcernError
  )
    return true;
  if (namesOfAbsence.has(error.name)) return true;
  return error instanceof MongoServerError && (isPastItsTime(error) || awayCodes.has(Number(error.code)));
}

/**
 * Tells whether a command may find the database back when it is sent once more at once: after a lost connection or a
 * lost primary. What ran out of time would run out of time again, and its caller would wait twice.
 */
export function isWorthRepeating(error: unknown): boolean {
  if (error instanceof MongoNetworkTimeoutError || error instanceof MongoServerSelectionError) return false;
  if (error instanceof MongoError && error.name === WAIT_QUEUE_TIMEOUT) return false;
  return isDatabaseUnavailable(error) && !isPastItsTime(error);
}

const isPastItsTime = (error: unknown): boolean =>
  error instanceof MongoServerError && timeLimitCodes.has(Number(error.code));

/**
 * Tells whether an error is a socket's own. The driver passes one on unwrapped, without labels and without its retry,
 * when a connection breaks while a command is being written.
 */
function isSocketError(error: unknown): boolean {
  return error instanceof Error && "code" in error && socketCodes.has(String(error.code));
}

/** Tells whether an error is the refusal of a second document with the same unique key. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 11000;
}
