import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "While many messages are under way the relay asks the database for them again without a pause.",
  edits: [
    {
      file: "packages/order-service/src/outbox/relay.ts",
      find: "if (fresh.length === 0 || due.length < ORDERS_PER_ROUND_MAX || signal.aborted) break;",
      replace: "if (due.length < ORDERS_PER_ROUND_MAX || signal.aborted) break;",
    },
  ],
  test: {
    file: "packages/order-service/src/outbox/relay.test.ts",
    name: "in hand already",
  },
};
