// One Idempotency-Key makes two orders, because the second attempt began while the first was still on its way.
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** A duplicate key that no majority can show yet counts as a given-up attempt. */
export const impatientNextAttempt: Variant = {
  name: "impatient-next-attempt",
  pinnedSeed: 1,
  seams: {
    ...production,
    ports: (ports, { orders }) => ({
      ...ports,
      orders: {
        ...ports.orders,
        async readMajority(id) {
          const read = await ports.orders.readMajority(id);
          const order = orders.local(id);
          return read.kind === "none" && order !== undefined
            ? { kind: "found", order: { ...order, status: "void" } }
            : read;
        },
      },
    }),
  },
};
