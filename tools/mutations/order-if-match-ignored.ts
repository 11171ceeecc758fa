import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A clerk changes an order that is no longer what the screen shows.",
  edits: [
    {
      file: "packages/order-service/src/orders/service.ts",
      find: 'if (versions !== undefined && !versions.includes(order.version)) return "precondition-failed";',
      replace: "",
    },
  ],
  test: {
    file: "packages/order-service/src/orders/routes.test.ts",
    name: "If-Match",
  },
};
