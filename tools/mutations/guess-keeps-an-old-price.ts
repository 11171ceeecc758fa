import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "An order is placed for a price that no longer holds.",
  edits: [
    {
      file: "packages/product-service/src/reservations/batch-write-repository.ts",
      find: "return { openUnits, name: first.name, price: first.price };",
      replace: "return { openUnits, name: first.name };",
    },
  ],
  test: {
    file: "packages/product-service/src/reservations/guessed-batches.test.ts",
    name: "a new price counts",
  },
};
