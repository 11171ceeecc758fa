import type { ErrorCode } from "@pos/contracts/errors";

/** The service answered with an error; its code is `UNKNOWN` without an envelope and for a code of a later version. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: ErrorCode | "UNKNOWN";
  readonly details: Readonly<Record<string, unknown>>;
  readonly requestId: string | undefined;
  /** Seconds after which a retry makes sense; undefined when the service did not say. */
  readonly retryAfterSeconds: number | undefined;
  /** What was asked; undefined where a caller made the error itself. */
  readonly url: string | undefined;

  constructor(answer: {
    status: number;
    code: ErrorCode | "UNKNOWN";
    message: string;
    details?: Readonly<Record<string, unknown>> | undefined;
    requestId?: string | undefined;
    retryAfterSeconds?: number | undefined;
    url?: string | undefined;
  }) {
    super(answer.message);
    this.status = answer.status;
    this.code = answer.code;
    this.details = answer.details ?? {};
    this.requestId = answer.requestId;
    this.retryAfterSeconds = answer.retryAfterSeconds;
    this.url = answer.url;
  }
}

/** No answer: refused, reset, unresolved, or nothing within the time. Whether the request was carried out is unknown. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
  readonly url: string;
  readonly isTimeout: boolean;

  constructor(url: string, options: { isTimeout: boolean; cause?: unknown }) {
    super(`${url} ${options.isTimeout ? "did not answer in time" : "is unreachable"}`, { cause: options.cause });
    this.url = url;
    this.isTimeout = options.isTimeout;
  }
}

/** The answer does not have the form that the contract promises. */
export class InvalidAnswerError extends Error {
  override readonly name = "InvalidAnswerError";
  readonly url: string;

  constructor(url: string, problem: string) {
    super(`${url} answered what the contract does not allow: ${problem}`);
    this.url = url;
  }
}
