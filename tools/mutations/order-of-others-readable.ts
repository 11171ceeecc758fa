import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Whoever knows an order id reads what somebody else bought.",
  edits: [
    {
      file: "packages/order-service/src/orders/service.ts",
      find: "    refuseForeign(by, order.userId);\n    return { order: orderView(order)",
      replace: "    return { order: orderView(order)",
    },
  ],
  test: {
    file: "packages/order-service/src/orders/routes.test.ts",
    name: "an order is for its owner",
  },
};
