// An order rests on a reservation that the next election takes back: the shop owes a unit that it may have sold.
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** A batch that only repeats what is there already is answered before what it read is durable. */
export const earlyReplay: Variant = {
  name: "early-replay",
  pinnedSeed: 60,
  seams: { ...production, transactions: { ...production.transactions, awaitsDurableReads: false } },
};
