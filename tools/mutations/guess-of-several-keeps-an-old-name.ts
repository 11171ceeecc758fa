import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "An order of several products shows a name that the product no longer has.",
  edits: [
    {
      file: "packages/product-service/src/reservations/batch-write-repository.ts",
      find: '{ $eq: ["$name", own(products.map((product) => product?.name))] },',
      replace: "",
    },
  ],
  test: {
    file: "packages/product-service/src/reservations/guessed-batches.test.ts",
    name: "of several products one whose name changed",
  },
};
