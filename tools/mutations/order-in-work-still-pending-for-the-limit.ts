import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A customer is refused because of orders that are being sent out.",
  edits: [
    {
      file: "packages/order-service/src/placement/transitions.ts",
      find: 'return from === "pending" && to === "processing" ? "settle" : undefined;',
      replace: "return undefined;",
    },
  ],
  test: { file: "packages/order-service/src/placement/change-status.test.ts", name: "to processing" },
};
