import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A process that remembers more units than there are sells them.",
  edits: [
    {
      file: "packages/product-service/src/reservations/batch-write-repository.ts",
      find: "...(stockDeltaUnits < 0 ? { stock: { $gte: -stockDeltaUnits } } : {}),",
      replace: "",
    },
  ],
  test: {
    file: "packages/product-service/src/reservations/guessed-batches.test.ts",
    name: "what another process took is not there",
  },
};
