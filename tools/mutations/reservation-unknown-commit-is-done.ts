import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "An order is acknowledged although its stock may never have been taken.",
  edits: [
    {
      file: "packages/product-service/src/database/transaction.ts",
      find: 'return { kind: "unknown", error };',
      replace: 'return { kind: "done", value };',
    },
  ],
  test: { file: "packages/product-service/src/lost-commit.test.ts", name: "when no answer comes" },
};
