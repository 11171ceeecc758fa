import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "After an outage of some minutes confirmed orders wait for a person.",
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
