import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A customer is shown an order that is rolled back a second later.",
  edits: [
    {
      file: "packages/order-service/src/orders/repository.ts",
      find: 'if (cause.result.getWriteConcernError() !== undefined) return { kind: "unknown", cause };',
      replace: "",
    },
    {
      file: "packages/order-service/src/orders/repository.ts",
      find: 'if (writeErrors.length === 0) return { kind: "unknown", cause };',
      replace: "",
    },
  ],
  test: {
    file: "packages/order-service/src/orders/repository.test.ts",
    name: "write concern",
  },
};
