import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "After an outage of some minutes the stock of cancelled orders waits for a person.",
  edits: [
    {
      file: "packages/order-service/src/placement/relay.ts",
      find: "entry.tries + (isRefusal ? 1 : 0)",
      replace: "entry.tries + 1",
    },
  ],
  test: {
    file: "packages/order-service/src/placement/relay.test.ts",
  },
};
