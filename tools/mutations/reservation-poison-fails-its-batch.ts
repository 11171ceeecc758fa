import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "One order that cannot be stored fails two hundred others that can.",
  edits: [
    {
      file: "packages/product-service/src/reservations/group-commit.ts",
      find: "if (entries.length === 1) return",
      replace: "if (entries.length >= 1) return",
    },
  ],
  test: { file: "packages/product-service/src/reservations/group-commit.test.ts", name: "fails alone" },
};
