import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "An administrator who repeats an adjustment is told that the key was used otherwise, because somebody else chose the same.",
  edits: [
    {
      file: "packages/product-service/src/products/adjustment-repository.ts",
      find: "findOne({ by, key }, { readConcern: majority })",
      replace: "findOne({ key }, { readConcern: majority })",
    },
  ],
  test: { file: "packages/product-service/src/products/routes.test.ts", name: "a key is that of who sends it" },
};
