// A customer is told that nothing was ordered, orders again elsewhere, and gets both deliveries.
import { placeOrder } from "@pos/order-service/protocol";
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** An insert without an answer is reported as a refusal. */
export const unknownAsRefused: Variant = {
  name: "unknown-as-refused",
  pinnedSeed: 12,
  seams: {
    ...production,
    order: {
      ...production.order,
      async placeOrder(command, ports) {
        const placement = await placeOrder(command, ports);
        if (placement.kind !== "unknown") return placement;
        return { kind: "rejected", code: "INSUFFICIENT_STOCK", message: "the order could not be stored" };
      },
    },
  },
};
