import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "What is cancelled before its confirm stays sold.",
  edits: [
    {
      file: "packages/order-service/src/placement/reap.ts",
      find: 'order.status === "void" || order.status === "cancelled"',
      replace: 'order.status === "void"',
    },
  ],
  test: { file: "packages/order-service/src/placement/reap.test.ts", name: "order goes back" },
};
