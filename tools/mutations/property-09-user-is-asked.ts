import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Somebody whose account is gone goes on ordering.",
  edits: [
    {
      file: "packages/order-service/src/upstream/users.ts",
      find: 'if (user === undefined) return { kind: "refused", reason: "unknown" };',
      replace: 'if (user === undefined) return { kind: "active" };',
    },
  ],
  test: {
    file: "packages/order-service/src/orders/refused-placement.property.test.ts",
    name: "asked for over HTTP",
  },
};
