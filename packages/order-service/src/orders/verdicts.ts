import type { OrderStatus } from "@pos/contracts/orders";
import { AppError, internalError, notFound, unavailable } from "@pos/service-kit/app-error";
import type { ChangeResult } from "../placement/change-status.ts";
import type { Placement } from "../placement/place.ts";
import type { Unanswered } from "../placement/ports.ts";
import { failure } from "./failure.ts";

const RETRY_AFTER_SECONDS = 1;

/** The error that a placement without an order is answered with. */
export function placementError(placement: Exclude<Placement, { kind: "placed" | "replayed" }>): AppError {
  switch (placement.kind) {
    case "rejected": {
      const { code, message, details } = placement;
      return new AppError(code, message, details === undefined ? {} : { details: { ...details } });
    }
    case "unanswered":
      return upstreamError(placement);
    case "unknown":
      return failure(
        placement.cause,
        "The order may or may not have been placed. Repeat the request with the same Idempotency-Key.",
      );
    case "collision":
      return internalError();
  }
}

/** The error that a change of status is answered with. */
export function changeError(
  result: Exclude<ChangeResult, { kind: "changed" | "unchanged" }>,
  { orderId, to }: { orderId: string; to: OrderStatus },
): AppError {
  switch (result.kind) {
    case "not-found":
      return notFound("order", orderId);
    case "illegal":
      return illegal(result, to);
    case "denied":
      return result.denial === "forbidden"
        ? new AppError("FORBIDDEN", "Your token does not permit this change.")
        : new AppError("PRECONDITION_FAILED", "The order has changed since it was read.");
    case "contended":
      return unavailable("The order is being changed by somebody else. Try again.");
    case "unknown":
      return failure(result.cause, "The order may or may not have been changed. Try again.");
  }
}

function illegal({ from, allowed }: { from: OrderStatus; allowed: readonly OrderStatus[] }, to: OrderStatus): AppError {
  const next = allowed.length === 0 ? "" : `, only ${allowed.join(" or ")}`;
  return new AppError("ILLEGAL_TRANSITION", `An order that is ${from} cannot become ${to}${next}.`, {
    details: { from, to, allowed: [...allowed] },
  });
}

function upstreamError({ reason, retryAfterSeconds, cause }: Unanswered): AppError {
  if (reason === "unavailable")
    return unavailable(
      "A service that orders need does not answer at the moment. Repeat the request with the same Idempotency-Key.",
      cause,
      retryAfterSeconds ?? RETRY_AFTER_SECONDS,
    );
  return new AppError("BAD_GATEWAY", "A service that orders need gave an invalid answer.", { cause });
}
