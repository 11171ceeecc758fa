// A customer cancels while product-service restarts, and the units never come back to the shelf.
import { relayEntry } from "@pos/order-service/protocol";
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** The relay takes an entry out of the outbox although its delivery had no answer. */
export const forgetfulRelay: Variant = {
  name: "forgetful-relay",
  pinnedSeed: 129,
  seams: {
    ...production,
    order: {
      ...production.order,
      relayEntry: (orderId, entry, ports) =>
        relayEntry(orderId, entry, {
          ...ports,
          orders: { ...ports.orders, postponeEntry: () => ports.orders.dropEntry(orderId, entry.id) },
        }),
    },
  },
};
