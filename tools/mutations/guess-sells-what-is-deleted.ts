import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A product that another process deleted is sold for a minute more.",
  edits: [
    {
      file: "packages/product-service/src/reservations/batch-write-repository.ts",
      find: "...(isTaken ? { deletedAt: null } : {}),",
      replace: "",
    },
  ],
  test: {
    file: "packages/product-service/src/reservations/guessed-batches.test.ts",
    name: "a product that another process deleted",
  },
};
