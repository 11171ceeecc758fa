import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Two clerks overwrite each other, and a cancelled order is sent out.",
  edits: [
    {
      file: "packages/order-service/src/orders/repository.ts",
      find: "{ _id: new ObjectId(orderId), status: from, version }",
      replace: "{ _id: new ObjectId(orderId) }",
    },
  ],
  test: {
    file: "packages/order-service/src/orders/repository.test.ts",
    name: "a change of status",
  },
};
