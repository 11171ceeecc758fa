// A customer has the confirmation of an order that nobody can find the next day.
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** An order counts as stored as soon as the primary has it. */
export const earlyAcknowledgement: Variant = {
  name: "early-acknowledgement",
  pinnedSeed: 11,
  seams: { ...production, orderWrites: { awaitMajority: false } },
};
