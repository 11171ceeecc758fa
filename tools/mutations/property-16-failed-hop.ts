import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A shop that is only busy is reported as broken, and nobody tries again.",
  edits: [
    {
      file: "packages/order-service/src/upstream/unanswered.ts",
      find: "status !== 503 && status !== 429",
      replace: "status !== 503",
    },
  ],
  test: {
    file: "packages/order-service/src/upstream/failures.property.test.ts",
  },
};
