import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A product that left the catalogue is sold.",
  edits: [
    {
      file: "packages/product-service/src/reservations/protocol.ts",
      find: "books.product(productId)?.isDeleted !== false",
      replace: "books.product(productId) === undefined",
    },
  ],
  test: { file: "packages/product-service/src/reservations/routes.test.ts", name: "unknown or deleted" },
};
