import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A message that can never be delivered is never shown to anybody.",
  edits: [
    {
      file: "packages/order-service/src/placement/relay.ts",
      find: 'state: tries >= ENTRY_TRIES_MAX ? "dead" : "pending"',
      replace: 'state: "pending"',
    },
  ],
  test: {
    file: "packages/order-service/src/placement/relay.test.ts",
  },
};
