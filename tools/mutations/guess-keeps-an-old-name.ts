import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "An order shows a name that the product no longer has.",
  edits: [
    {
      file: "packages/product-service/src/reservations/batch-write-repository.ts",
      find: "return { openUnits, name: first.name, price: first.price };",
      replace: "return { openUnits, price: first.price };",
    },
  ],
  test: {
    file: "packages/product-service/src/reservations/guessed-batches.test.ts",
    name: "so does a new name",
  },
};
