import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Stock of orders that were cancelled on a machine whose clock was an hour ahead is missing for an hour.",
  edits: [
    {
      file: "packages/order-service/src/outbox/repository.ts",
      find: "{ nextAt: { $gt: beyondAnyWait(now) } }",
      replace: "{ nextAt: { $lte: now } }",
    },
  ],
  test: {
    file: "packages/order-service/src/outbox/repository.test.ts",
    name: "a clock that was ahead",
  },
};
