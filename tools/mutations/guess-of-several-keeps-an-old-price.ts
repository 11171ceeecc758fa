import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "An order of several products is placed for a price that no longer holds.",
  edits: [
    {
      file: "packages/product-service/src/reservations/batch-write-repository.ts",
      find: '{ $eq: ["$price", own(products.map((product) => product?.price))] },',
      replace: "",
    },
  ],
  test: {
    file: "packages/product-service/src/reservations/guessed-batches.test.ts",
    name: "of several products one whose price changed",
  },
};
