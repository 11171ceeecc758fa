// Two replicas sell the last unit at the same moment.
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** A batch is written although its products were changed since it read them. */
export const blindCommit: Variant = {
  name: "blind-commit",
  pinnedSeed: 20,
  seams: { ...production, transactions: { ...production.transactions, detectsConflicts: false } },
};
