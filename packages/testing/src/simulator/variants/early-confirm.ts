// Stock is gone for good: it is confirmed for an order that was never stored, and nobody looks at confirmed stock again.
import { production, withInsert } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** The hold is confirmed when the order is sent to its database, without waiting for the verdict. */
export const earlyConfirm: Variant = {
  name: "early-confirm",
  pinnedSeed: 11,
  seams: {
    ...production,
    ports: withInsert((ports) => (order, deadlineAtMs) => {
      if (order.status === "pending" && order.rid !== undefined)
        void ports.reservations.move("confirm", { orderId: order.id, rid: order.rid }, deadlineAtMs);
      return ports.orders.insert(order, deadlineAtMs);
    }),
  },
};
