import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "One order that product-service cannot read makes it refuse all that were sent with it.",
  edits: [
    {
      file: "packages/order-service/src/upstream/reservations.ts",
      find: "if (answer instanceof ApiError && batch.length > 1)",
      replace: "if (answer instanceof ApiError && batch.length > 1000)",
    },
  ],
  test: {
    file: "packages/order-service/src/upstream/reservations.test.ts",
    name: "one bad command does not refuse the others",
  },
};
