// A customer is told of an order that the next election takes back.
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** After a duplicate key the order is read from the primary alone, before a majority has it. */
export const localRead: Variant = {
  name: "local-read",
  pinnedSeed: 138,
  seams: {
    ...production,
    ports: (ports, { orders }) => ({
      ...ports,
      orders: {
        ...ports.orders,
        async readMajority(id) {
          const read = await ports.orders.readMajority(id);
          const order = orders.local(id);
          return read.kind === "unknown" || order === undefined ? read : { kind: "found", order };
        },
      },
    }),
  },
};
