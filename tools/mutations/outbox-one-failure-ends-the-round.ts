import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "One message that cannot be handled holds up all others.",
  edits: [
    {
      file: "packages/order-service/src/outbox/relay.ts",
      find: 'this.#tools.logger.error({ err: error, orderId, entryId: entry.id }, "an outbox entry could not be handled");',
      replace: "throw error;",
    },
  ],
  test: {
    file: "packages/order-service/src/outbox/relay.test.ts",
    name: "ends its round after a delivery that throws",
  },
};
