import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A loyal customer is refused for orders that were delivered long ago.",
  edits: [
    {
      file: "packages/product-service/src/reservations/state-table.ts",
      find: '{ state: "confirmed" as const, isOpen: false }',
      replace: '{ state: "confirmed" as const, isOpen }',
    },
  ],
  test: { file: "packages/product-service/src/reservations/routes.test.ts", name: "until they settle" },
};
