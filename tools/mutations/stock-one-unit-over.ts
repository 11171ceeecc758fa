import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "One customer more than there are units gets a promise that nobody can keep.",
  edits: [
    {
      file: "packages/product-service/src/reservations/protocol.ts",
      find: "if (quantity > availableUnits) {",
      replace: "if (quantity > availableUnits + 1) {",
    },
  ],
  test: { file: "packages/product-service/src/reservations/oversell.property.test.ts" },
};
