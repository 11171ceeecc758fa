import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A new order is shown as in work although nobody has begun it.",
  edits: [
    {
      file: "packages/order-service/src/placement/documents.ts",
      find: 'status: "pending",\n    items',
      replace: 'status: "processing",\n    items',
    },
  ],
  test: {
    file: "packages/order-service/src/orders/placement-data.property.test.ts",
    name: "a new order is pending",
  },
};
