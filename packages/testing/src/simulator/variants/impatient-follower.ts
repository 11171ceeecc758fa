// A slow checkout ends with an order whose stock somebody else bought a moment before.
import { followOrder } from "@pos/order-service/protocol";
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** A hold whose order is not there after some seconds goes back at once, without a tombstone. */
export const impatientFollower: Variant = {
  name: "impatient-follower",
  pinnedSeed: 1,
  seams: {
    ...production,
    order: {
      ...production.order,
      async followOrder(hold, ports) {
        const read = await ports.orders.readMajority(hold.orderId);
        if (read.kind !== "none") return followOrder(hold, ports);
        await ports.reservations.move("release", hold, ports.clock.now());
        return "released";
      },
    },
  },
};
