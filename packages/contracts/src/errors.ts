import { type Static, Type } from "@sinclair/typebox";
import { ClosedObject, StringEnum } from "./primitives.ts";

/**
 * Every error code of the three services with the HTTP status it is answered with. This is the one place that joins
 * them: code throws a code, the error plugin looks the status up here.
 */
export const errorStatus = {
  VALIDATION_ERROR: 400,
  EMAIL_TAKEN: 400,
  UNKNOWN_USER: 400,
  UNKNOWN_PRODUCT: 400,
  INVALID_TOKEN: 400,
  UNAUTHORIZED: 401,
  INVALID_CREDENTIALS: 401,
  FORBIDDEN: 403,
  ACCOUNT_SUSPENDED: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  INSUFFICIENT_STOCK: 409,
  ILLEGAL_TRANSITION: 409,
  PENDING_LIMIT: 409,
  LAST_ADMIN: 409,
  IDEMPOTENCY_KEY_EXHAUSTED: 409,
  CONFLICT: 409,
  PRECONDITION_FAILED: 412,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  IDEMPOTENCY_KEY_REUSED: 422,
  TOO_MANY_REQUESTS: 429,
  INTERNAL_ERROR: 500,
  BAD_GATEWAY: 502,
  SERVICE_UNAVAILABLE: 503,
} as const;

/** A machine-readable reason, stable across releases. */
export type ErrorCode = keyof typeof errorStatus;
/** A status that an error of this system can have. */
export type ErrorStatus = (typeof errorStatus)[ErrorCode];

/** The code of an error. */
export const ErrorCode = StringEnum(Object.keys(errorStatus) as ErrorCode[], {
  title: "ErrorCode",
  description: "Machine-readable reason",
});

/** What an error says. */
export const ErrorContent = ClosedObject(
  {
    code: ErrorCode,
    message: Type.String({ description: "What went wrong, for people" }),
    details: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: "Details of this error, by code" }),
    ),
  },
  { title: "ErrorContent" },
);

/** The body of every answer that is an error. */
export const ErrorEnvelope = ClosedObject({ error: ErrorContent }, { title: "ErrorEnvelope" });
export type ErrorEnvelope = Static<typeof ErrorEnvelope>;

/** The codes that an error of this status can have. */
export const codesOf = (status: number): readonly ErrorCode[] =>
  (Object.keys(errorStatus) as ErrorCode[]).filter((code) => errorStatus[code] === status);

const statusTexts: Record<ErrorStatus, string> = {
  400: "The request is malformed or names something unknown",
  401: "No valid token",
  403: "The token does not permit this",
  404: "No such resource",
  405: "The path does not accept this method",
  409: "The state of the resource forbids this",
  412: "The resource changed since it was read (If-Match)",
  413: "The body is larger than 256 KiB",
  415: "The body is not application/json, or has a Content-Encoding",
  422: "The Idempotency-Key was used with another body",
  429: "Too many requests; see Retry-After",
  500: "Unexpected error",
  502: "Another service gave an invalid answer",
  503: "Unavailable; see Retry-After",
};

/** The body of the errors of one status: the same form for all, with a description of its own. */
const envelopes = Object.fromEntries(
  Object.entries(statusTexts).map(([status, description]) => [status, { ...ErrorEnvelope, description }]),
) as Record<ErrorStatus, typeof ErrorEnvelope>;

/** Response schemas of the error statuses a route can answer: spread into a route's `response`. Each is described. */
export function errors<const Status extends ErrorStatus>(
  ...statuses: readonly Status[]
): { [S in Status]: typeof ErrorEnvelope } {
  return Object.fromEntries(statuses.map((status) => [status, envelopes[status]])) as {
    [S in Status]: typeof ErrorEnvelope;
  };
}
