// One Idempotency-Key makes two orders: the customer retried as told, and pays twice.
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** The next attempt under a key begins when its predecessor looks void on the primary, before that is durable. */
export const earlyNextAttempt: Variant = {
  name: "early-next-attempt",
  pinnedSeed: 109,
  seams: {
    ...production,
    ports: (ports, { orders }) => ({
      ...ports,
      orders: {
        ...ports.orders,
        async readMajority(id) {
          const order = orders.local(id);
          return order?.status === "void" ? { kind: "found", order } : ports.orders.readMajority(id);
        },
      },
    }),
  },
};
