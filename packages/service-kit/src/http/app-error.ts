import { type ErrorCode, errorStatus } from "@pos/contracts/errors";

/** What an error carries beside its code and sentence. */
export interface AppErrorOptions {
  /** Facts for the caller: shown in the answer. Never internals, never secrets. */
  details?: Record<string, unknown>;
  /** The error behind this one: logged, never shown. */
  cause?: unknown;
  /** Seconds after which a retry makes sense: answered as Retry-After. */
  retryAfterSeconds?: number;
  /** Scheme that a 401 asks for: the one that the client used (RFC 6749 section 5.2). Bearer when absent. */
  challenge?: "Basic" | undefined;
}

/**
 * An expected failure: the error plugin answers it with the status of its code. Anything else that is thrown is a bug
 * and answered as INTERNAL_ERROR.
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly challenge: "Basic" | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.challenge = options.challenge;
  }

  /** HTTP status of the code. */
  get status(): number {
    return errorStatus[this.code];
  }
}

/** The 404 of a well-formed id that names nothing. */
export function notFound(type: "user" | "product" | "order" | "reservation" | "address", id: string): AppError {
  return new AppError("NOT_FOUND", `There is no ${type} ${id}.`, { details: { type, id } });
}

/** The 400 of one field; `message` says what is wrong with it, as a sentence goes on after its name. */
export const invalidField = (where: "body" | "query" | "headers", path: string, message: string): AppError =>
  new AppError("VALIDATION_ERROR", `${path} (${where}) ${message}.`, {
    details: { in: where, fields: [{ path, message }] },
  });

/** The 500 of a fault of ours; the cause is logged. */
export const internalError = (cause?: unknown): AppError =>
  new AppError("INTERNAL_ERROR", "Something went wrong on our side. The log has the cause, under the request id.", {
    cause,
  });

/** The 503 of something that is away for now. */
export function unavailable(message: string, cause?: unknown, retryAfterSeconds = 1): AppError {
  return new AppError("SERVICE_UNAVAILABLE", message, { cause, retryAfterSeconds });
}

/** The 503 of a change that took too long. */
export const changeOutOfTime = (): AppError =>
  unavailable(
    "The database did not answer in time, so it is unknown whether this happened. Check before you try again.",
  );
