// The reaper sees no order and gives the stock away; a moment later the order arrives, and there is nothing to send.
import { reapReservation } from "@pos/order-service/protocol";
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** The reaper only looks whether there is an order; it does not forbid that one comes. */
export const reaperWithoutTombstone: Variant = {
  name: "reaper-without-tombstone",
  pinnedSeed: 5,
  seams: {
    ...production,
    order: {
      ...production.order,
      reapReservation: (hold, ports) =>
        reapReservation(hold, {
          ...ports,
          orders: {
            ...ports.orders,
            async insert(order) {
              const read = await ports.orders.readMajority(order.id);
              if (read.kind === "unknown") return read;
              return { kind: read.kind === "none" ? "acknowledged" : "duplicate" };
            },
          },
        }),
    },
  },
};
