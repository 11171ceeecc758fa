import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Product-service works for orders that were given up long ago.",
  edits: [
    {
      file: "packages/client/src/resources/reservations.ts",
      find: "[DEADLINE_HEADER]: String(Math.max(1, Math.floor(options.timeoutMs)))",
      replace: '[DEADLINE_HEADER]: "4000"',
    },
  ],
  test: {
    file: "packages/order-service/src/upstream/reservations.test.ts",
    name: "how long its callers still wait",
  },
};
