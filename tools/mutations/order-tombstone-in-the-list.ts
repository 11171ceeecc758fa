import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A customer's list shows, or fails on, attempts that never became an order.",
  edits: [
    {
      file: "packages/order-service/src/orders/repository.ts",
      find: "status: status ?? { $in: [...visibleStatuses] }",
      replace: "status: status ?? { $exists: true }",
    },
  ],
  test: { file: "packages/order-service/src/orders/repository.test.ts", name: "without tombstones" },
};
