import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "An order is placed for a user who does not exist.",
  edits: [
    {
      file: "packages/order-service/src/placement/place.ts",
      find: 'if (user.kind === "refused") return refuse(attempt, userRejection(user.reason, userId), reservation, ports);',
      replace: "",
    },
  ],
  test: {
    file: "packages/order-service/src/orders/refused-placement.property.test.ts",
    name: "a user id that is malformed",
  },
};
