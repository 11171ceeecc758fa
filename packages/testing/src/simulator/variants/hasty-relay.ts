// An order whose cancellation never took effect has lost its stock.
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** The relay reads the outbox from the primary alone and delivers messages of changes that are taken back. */
export const hastyRelay: Variant = {
  name: "hasty-relay",
  pinnedSeed: 1996,
  seams: { ...production, relayedOrders: (orders) => orders.all() },
};
