// One click on "buy" becomes two orders.
import { placeOrder } from "@pos/order-service/protocol";
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** A placement whose insert has no answer is tried again by the service itself, under another id. */
export const newIdAfterError: Variant = {
  name: "new-id-after-error",
  pinnedSeed: 554,
  seams: {
    ...production,
    order: {
      ...production.order,
      async placeOrder(command, ports) {
        const placement = await placeOrder(command, ports);
        return placement.kind === "unknown" ? placeOrder(command, ports) : placement;
      },
    },
  },
};
