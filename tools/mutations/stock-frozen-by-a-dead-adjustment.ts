import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "After a crash in the middle of a delivery's booking its product cannot be bought for a minute.",
  edits: [
    {
      file: "packages/product-service/src/reservations/flusher-repository.ts",
      find: "[sessionId, ...adjustmentSessionIds].map",
      replace: "[sessionId].map",
    },
  ],
  test: {
    file: "packages/product-service/src/reservations/flusher-registry.test.ts",
    name: "in the middle of an adjustment",
  },
};
