import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A customer who names a product that is gone is told that the shop is broken.",
  edits: [
    {
      file: "packages/order-service/src/upstream/reservations.ts",
      find: "UNKNOWN_PRODUCT: 400",
      replace: "UNKNOWN_PRODUCT: 404",
    },
  ],
  test: {
    file: "packages/order-service/src/orders/refused-placement.property.test.ts",
    name: "one product id that is malformed",
  },
};
