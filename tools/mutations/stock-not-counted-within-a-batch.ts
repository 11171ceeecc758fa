import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Customers that buy at the same instant are all promised the last unit.",
  edits: [
    {
      file: "packages/product-service/src/reservations/protocol.ts",
      find: "stockUnits: product.stockUnits + delta.stockUnits,",
      replace: "stockUnits: product.stockUnits,",
    },
  ],
  test: { file: "packages/product-service/src/reservations/protocol.property.test.ts" },
};
