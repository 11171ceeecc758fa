import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A customer is shown an order that is rolled back a second later.",
  edits: [
    {
      file: "packages/service-kit/src/database/direct-commands/direct-commands.ts",
      find: 'if (reply["writeConcernError"] !== undefined) throw new MongoWriteConcernError(reply as never);',
      replace: "",
    },
  ],
  test: {
    file: "packages/order-service/src/orders/repository.test.ts",
    name: "write concern",
  },
};
