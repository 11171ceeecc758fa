import { ApiError, NoAnswerError } from "@pos/client/errors";
import { ItemExpiredError, QueueFullError } from "@pos/service-kit/coalesce";
import type { Unanswered } from "../placement/ports.ts";

/** The services that order-service calls. */
export type ServiceName = "user-service" | "product-service";

/**
 * What a failed call to another service means for the caller. 503, 429, a time-out and a refused connection are absence;
 * 401 and 403 mean our own token; every other status that the protocol does not know, and a malformed answer, is a fault
 * of the other service.
 */
export function unanswered(cause: unknown): Unanswered {
  if (cause instanceof ApiError) {
    if (cause.status === 401 || cause.status === 403) return { kind: "unanswered", reason: "denied", cause };
    if (cause.status !== 503 && cause.status !== 429) return { kind: "unanswered", reason: "broken", cause };
    const { retryAfterSeconds } = cause;
    const later = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    return { kind: "unanswered", reason: "unavailable", ...later, cause };
  }
  const isAbsent =
    cause instanceof NoAnswerError || cause instanceof QueueFullError || cause instanceof ItemExpiredError;
  return { kind: "unanswered", reason: isAbsent ? "unavailable" : "broken", cause };
}

/** The answer of a service that gave none in time. */
export const tooLate = (service: ServiceName): Unanswered => ({
  kind: "unanswered",
  reason: "unavailable",
  cause: new Error(`${service} did not answer before the deadline of the request`),
});
