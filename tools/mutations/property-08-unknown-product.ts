import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A shop that asks for a product that is gone is told that its own request is wrong.",
  edits: [
    {
      file: "packages/product-service/src/products/service.ts",
      find: 'if (found === undefined) throw notFound("product", id);',
      replace: 'if (found === undefined) throw new AppError("VALIDATION_ERROR", "no");',
    },
  ],
  test: { file: "packages/product-service/src/products/data.property.test.ts", name: "an id that names nothing" },
};
