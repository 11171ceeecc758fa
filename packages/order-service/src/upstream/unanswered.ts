import { ApiError, NoAnswerError } from "@pos/client/errors";
import { ItemExpiredError, QueueFullError } from "@pos/service-kit/coalesce";
import type { Unanswered } from "../placement/ports.ts";

/** The services that order-service calls. */
export type ServiceName = "user-service" | "product-service";

/**
 * What a failed call to another service means for the caller. 503, 429, a time-out and a refused connection are absence;
 * 401 and 403 mean our own token; every other status that the protocol does not know, and a malformed answer, is a fault
 * of the other service. The cause of an answered error names the service: what it says does not, and "the database" may
 * be any.
 */
export function unanswered(error: unknown, service: ServiceName): Unanswered {
  if (error instanceof ApiError) {
    const { status, message, retryAfterSeconds } = error;
    const cause = new Error(`${service} answered ${status}: ${message}`, { cause: error });
    if (status === 401 || status === 403) return { kind: "unanswered", reason: "denied", cause };
    if (status !== 503 && status !== 429) return { kind: "unanswered", reason: "broken", cause };
    const later = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    return { kind: "unanswered", reason: "unavailable", ...later, cause };
  }
  const isAbsent =
    error instanceof NoAnswerError || error instanceof QueueFullError || error instanceof ItemExpiredError;
  return { kind: "unanswered", reason: isAbsent ? "unavailable" : "broken", cause: error };
}

/** The answer of a service that gave none in time. */
export const tooLate = (service: ServiceName): Unanswered => ({
  kind: "unanswered",
  reason: "unavailable",
  cause: new Error(`${service} did not answer before the deadline of the request`),
});
