import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A customer who repeats a request with other items is promised the first ones.",
  edits: [
    {
      file: "packages/product-service/src/reservations/protocol.ts",
      find: "if (existing.fingerprint !== job.fingerprint) return",
      replace: 'if (existing.fingerprint === "") return',
    },
  ],
  test: {
    file: "packages/product-service/src/reservations/routes.test.ts",
    name: "refuses other items under the same id",
  },
};
