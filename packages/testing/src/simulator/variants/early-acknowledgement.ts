// A customer has the confirmation of an order that nobody can find the next day.
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** An order counts as stored as soon as the primary has it. */
export const earlyAcknowledgement: Variant = {
  name: "early-acknowledgement",
  pinnedSeed: 0,
  seams: {
    ...production,
    ports: (ports, { orders }) => ({
      ...ports,
      orders: {
        ...ports.orders,
        async insert(order, deadlineAtMs) {
          const inserted = await ports.orders.insert(order, deadlineAtMs);
          return inserted.kind === "unknown" && orders.local(order.id) === order ? { kind: "acknowledged" } : inserted;
        },
      },
    }),
  },
};
