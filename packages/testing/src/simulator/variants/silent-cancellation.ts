// Cancelled units never come back: a shop with many cancellations runs dry with a full store-room.
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** A cancellation changes the order and leaves no message for the stock. */
export const silentCancellation: Variant = {
  name: "silent-cancellation",
  pinnedSeed: 2,
  seams: {
    ...production,
    ports: (ports) => ({
      ...ports,
      orders: { ...ports.orders, changeStatus: (change) => ports.orders.changeStatus({ ...change, entries: [] }) },
    }),
  },
};
