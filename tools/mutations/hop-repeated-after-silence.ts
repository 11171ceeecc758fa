import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A service that is slow gets twice the work, and an order waits twice for the same silence.",
  edits: [
    {
      file: "packages/order-service/src/upstream/service-call.ts",
      find: "error instanceof NoAnswerError && !error.isTimeout",
      replace: "error instanceof NoAnswerError",
    },
  ],
  test: { file: "packages/order-service/src/upstream/service-call.test.ts", name: "silent, with time left" },
};
