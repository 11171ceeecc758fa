import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "The audit of a busy shop reports losses that never happened.",
  edits: [
    {
      file: "packages/product-service/src/audit/repository.ts",
      find: "startSession({ snapshot: true })",
      replace: "startSession()",
    },
  ],
  test: {
    file: "packages/product-service/src/reservations/group-commit.test.ts",
    name: "the books balance all the while",
  },
};
