import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A delivery is reported as booked although nobody knows whether it is.",
  edits: [
    {
      file: "packages/product-service/src/transaction.ts",
      find: 'return { kind: "unknown", error };',
      replace: 'return { kind: "done", value };',
    },
  ],
  test: {
    file: "packages/product-service/src/lost-commit.test.ts",
    name: "is neither done nor failed",
  },
};
