import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A delivery that is reported again after a lost answer is booked twice.",
  edits: [
    {
      file: "packages/product-service/src/products/adjustment-repository.ts",
      find: "key === undefined ? entry : { ...entry, key }",
      replace: "entry",
    },
  ],
  test: { file: "packages/product-service/src/products/routes.test.ts", name: "happens once under one key" },
};
