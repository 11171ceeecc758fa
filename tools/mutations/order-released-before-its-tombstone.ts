import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A retry that succeeds has its stock given away by the request before it.",
  edits: [
    {
      file: "packages/order-service/src/placement/reap.ts",
      find: '  if (inserted.kind === "unknown") return "later";\n  if (inserted.kind === "acknowledged")',
      replace: '  if (inserted.kind !== "duplicate")',
    },
  ],
  test: {
    file: "packages/order-service/src/placement/reap.test.ts",
  },
};
