import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A late message of an order that never came to be takes the stock of one that did.",
  edits: [
    {
      file: "packages/product-service/src/reservations/state-table.ts",
      find: "if (reservation.rid !== rid) return",
      replace: 'if (reservation.rid === "") return',
    },
  ],
  test: {
    file: "packages/product-service/src/reservations/routes.test.ts",
    name: "with a foreign token changes nothing",
  },
};
