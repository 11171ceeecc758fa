import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A message that nobody could deliver for a minute is never delivered.",
  edits: [
    {
      file: "packages/order-service/src/outbox/relay.ts",
      find: "roundsToFull === 0 ? undefined",
      replace: "roundsToFull < 0 ? undefined",
    },
  ],
  test: {
    file: "packages/order-service/src/outbox/relay.test.ts",
    name: "a round looks a minute back",
  },
};
