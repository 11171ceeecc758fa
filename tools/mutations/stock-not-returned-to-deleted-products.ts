import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "The cancellation of an order for a product that left the catalogue fails for ever.",
  edits: [
    {
      file: "packages/product-service/src/reservations/batch-write-repository.ts",
      find: "...(isTaken ? { deletedAt: null } : {}),",
      replace: "deletedAt: null,",
    },
  ],
  test: { file: "packages/product-service/src/reservations/routes.test.ts", name: "fifty releases at once" },
};
