import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A customer cancels what is packed already.",
  edits: [
    {
      file: "packages/order-service/src/orders/service.ts",
      find: '(from === "pending" ? ["cancelled"] : [])',
      replace: '(from === "pending" || from === "processing" ? ["cancelled"] : [])',
    },
  ],
  test: { file: "packages/order-service/src/orders/routes.test.ts", name: "the owner may cancel only what is pending" },
};
