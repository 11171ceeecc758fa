import {
  MongoError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoOperationTimeoutError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  MongoWriteConcernError,
} from "mongodb";

/** Server codes of a database that is away for now: no primary, stepping down, shutting down, majority out of reach. */
const unavailableCodes = new Set([50, 64, 89, 91, 189, 262, 6, 7, 9001, 10107, 10058, 11600, 11602, 13435, 13436]);
const socketCodes = new Set(["ECONNRESET", "ECONNREFUSED", "ECONNABORTED", "EPIPE", "ENOTCONN", "ETIMEDOUT"]);
const namesOfAbsence = new Set([
  "MongoPoolClearedError",
  "MongoPoolClosedError",
  "MongoWaitQueueTimeoutError",
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
  return error instanceof MongoServerError && unavailableCodes.has(Number(error.code));
}

/**
 * Tells whether an error is a socket's own. The driver passes one on unwrapped, without labels and without its retry,
 * when a connection breaks while a command is being written.
 */
export function isSocketError(error: unknown): boolean {
  return error instanceof Error && "code" in error && socketCodes.has(String(error.code));
}

/** Tells whether an error is the refusal of a second document with the same unique key. */
export function isDuplicateKey(error: unknown): error is MongoServerError {
  return error instanceof MongoServerError && error.code === 11000;
}
