import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A seller of parts that cost fractions of a cent cannot put them on sale.",
  edits: [
    {
      file: "packages/contracts/src/products.ts",
      find: "Type.Number({ exclusiveMinimum: 0,",
      replace: "Type.Number({ minimum: 0.01,",
    },
  ],
  test: { file: "packages/product-service/src/products/data.property.test.ts", name: "every valid product is created" },
};
