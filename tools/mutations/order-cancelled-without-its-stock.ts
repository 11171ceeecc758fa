import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "What is cancelled never comes back into the shop.",
  edits: [
    {
      file: "packages/order-service/src/placement/transitions.ts",
      find: '  if (to === "cancelled") return "release";\n',
      replace: "",
    },
  ],
  test: {
    file: "packages/order-service/src/orders/routes.test.ts",
    name: "cancels a pending order",
  },
};
