import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "An attempt that was given up becomes an order without stock.",
  edits: [
    {
      file: "packages/order-service/src/placement/change-status.ts",
      find: '    if (from === "void") return { kind: "not-found" };\n',
      replace: '    if (from === "void") return { kind: "unchanged", order };\n',
    },
  ],
  test: { file: "packages/order-service/src/placement/change-status.test.ts", name: "a tombstone is not found" },
};
