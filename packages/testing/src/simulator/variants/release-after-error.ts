// A customer's order exists and is paid for, but its stock was given back and is sold to somebody else.
import { production, withInsert } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** The placement gives the stock back when the insert of its order ends in an error. */
export const releaseAfterError: Variant = {
  name: "release-after-error",
  pinnedSeed: 18,
  seams: {
    ...production,
    ports: withInsert((ports) => async (order, deadlineAtMs) => {
      const inserted = await ports.orders.insert(order, deadlineAtMs);
      if (inserted.kind === "unknown" && order.status === "pending" && order.rid !== undefined) {
        await ports.reservations.move("release", { orderId: order.id, rid: order.rid }, deadlineAtMs);
      }
      return inserted;
    }),
  },
};
