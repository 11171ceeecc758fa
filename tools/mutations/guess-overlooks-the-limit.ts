import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A user gets past the limit of pending units when another process holds the first of them.",
  edits: [
    {
      file: "packages/product-service/src/reservations/batch-write-repository.ts",
      find: "{ $lte: pendingLimitUnits - (group[0]?.openDeltaUnits ?? 0) };",
      replace: "{ $lte: Number.MAX_SAFE_INTEGER };",
    },
  ],
  test: {
    file: "packages/product-service/src/reservations/guessed-batches.test.ts",
    name: "units that another process holds",
  },
};
