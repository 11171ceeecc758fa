import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A process goes by what it once read, and by its clock of then, for as long as it lives.",
  edits: [
    {
      file: "packages/product-service/src/reservations/recent-products.ts",
      find: "known === undefined || now - known.readAt > AGE_MAX_MS",
      replace: "known === undefined",
    },
  ],
  test: {
    file: "packages/product-service/src/reservations/recent-products.test.ts",
    name: "is read anew",
  },
};
