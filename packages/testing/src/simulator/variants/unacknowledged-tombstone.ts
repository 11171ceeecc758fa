// A slow request still becomes an order after the reaper gave its stock away: the shop sells a unit that it does not have.
import { production, withInsert } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** An error while a tombstone is inserted counts as success. */
export const unacknowledgedTombstone: Variant = {
  name: "unacknowledged-tombstone",
  pinnedSeed: 1,
  seams: {
    ...production,
    ports: withInsert((ports) => async (order, deadlineAtMs) => {
      const inserted = await ports.orders.insert(order, deadlineAtMs);
      return inserted.kind === "unknown" && order.status === "void" ? { kind: "acknowledged" } : inserted;
    }),
  },
};
