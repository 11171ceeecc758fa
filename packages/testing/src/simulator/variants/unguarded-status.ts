// An order is cancelled and shipped at the same time: the customer keeps the goods and the shop counts them as returned.
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** A change of status is written without looking whether the order is still as it was read. */
export const unguardedStatus: Variant = {
  name: "unguarded-status",
  pinnedSeed: 15,
  seams: {
    ...production,
    ports: (ports, { orders }) => ({
      ...ports,
      orders: {
        ...ports.orders,
        changeStatus(change) {
          const order = orders.local(change.orderId);
          if (order === undefined || order.status === "void") return ports.orders.changeStatus(change);
          return ports.orders.changeStatus({ ...change, from: order.status, version: order.version });
        },
      },
    }),
  },
};
