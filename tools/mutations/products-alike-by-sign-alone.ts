import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Of two products in one order the second loses as many units as the first, whatever was ordered.",
  edits: [
    {
      file: "packages/product-service/src/reservations/batch-write-repository.ts",
      find: "[stockDeltaUnits, openDeltaUnits, isTaken].join(),",
      replace: "[openDeltaUnits > 0, isTaken].join(),",
    },
  ],
  test: {
    file: "packages/product-service/src/reservations/routes.test.ts",
    name: "takes stock for all lines",
  },
};
