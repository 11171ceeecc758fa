import { AppError } from "@pos/service-kit/app-error";
import type { Outcome } from "./protocol.ts";

/** The error of a reservation that was refused. */
export function refusalOf(outcome: Exclude<Outcome, { kind: "reservation" }>): Error {
  switch (outcome.kind) {
    case "unknownProduct": {
      const { productId } = outcome;
      return new AppError("UNKNOWN_PRODUCT", `There is no product ${productId}.`, { details: { productId } });
    }
    case "brokenProduct":
      return new Error(`product ${outcome.productId} has a name, a price or units that break the contract`);
    case "insufficientStock": {
      const { productId, requestedUnits, availableUnits } = outcome;
      return new AppError(
        "INSUFFICIENT_STOCK",
        `Only ${availableUnits} units of product ${productId} are in stock; ${requestedUnits} were requested.`,
        { details: { productId, requestedUnits, availableUnits } },
      );
    }
    case "pendingLimit": {
      const { productId, requestedUnits, pendingUnits, limitUnits } = outcome;
      return new AppError(
        "PENDING_LIMIT",
        `Pending orders of this user may hold at most ${limitUnits} units of product ${productId}; they hold ${pendingUnits}.`,
        { details: { productId, requestedUnits, pendingUnits, limitUnits } },
      );
    }
    case "otherFingerprint":
      return new AppError("IDEMPOTENCY_KEY_REUSED", "This order id holds a reservation of other items.");
    case "moved":
      return new Error("a reservation came to a move");
  }
}
