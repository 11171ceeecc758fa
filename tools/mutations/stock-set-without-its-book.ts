import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A stock that was set by hand makes the books wrong, and no audit can tell what was lost.",
  edits: [
    {
      file: "packages/product-service/src/products/repository.ts",
      find: 'changes["received"] = { $add: ["$received", { $subtract: [stock, "$stock"] }] };',
      replace: "",
    },
  ],
  test: { file: "packages/product-service/src/products/routes.test.ts", name: "moves the books" },
};
