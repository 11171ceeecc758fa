import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "What a seller writes about a product is gone as soon as it is saved.",
  edits: [
    {
      file: "packages/product-service/src/products/repository.ts",
      find: 'description: product.description ?? "",',
      replace: 'description: "",',
    },
  ],
  test: { file: "packages/product-service/src/products/data.property.test.ts", name: "what is stored of a product" },
};
