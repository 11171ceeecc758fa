import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A hold is confirmed for an order that does not have it, and its stock never comes back.",
  edits: [
    {
      file: "packages/product-service/src/reservations/repository.ts",
      find: '$expr: { $in: [["$_id", "$rid"], { $literal: wanted }] },',
      replace: "rid: { $in: wanted.map(([, rid]) => rid) },",
    },
  ],
  test: {
    file: "packages/product-service/src/reservations/batches.test.ts",
    name: "a token confirms its own hold and no other",
  },
};
