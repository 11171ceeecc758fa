import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A product is sold although nobody asked whether there is any of it.",
  edits: [
    {
      file: "packages/order-service/src/placement/identity.ts",
      find: ".map(([productId, quantity]) => ({ productId, quantity }))",
      replace: ".map(([productId]) => ({ productId, quantity: 1 }))",
    },
  ],
  test: {
    file: "packages/order-service/src/orders/placement-data.property.test.ts",
    name: "every product is asked for",
  },
};
