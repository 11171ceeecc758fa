import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "An order fails because the instance that was asked was just ending.",
  edits: [
    {
      file: "packages/order-service/src/upstream/service-call.ts",
      find: `if (!isRefused && !isCut) throw error;`,
      replace: `if (!isRefused) throw error;`,
    },
  ],
  test: {
    file: "packages/order-service/src/upstream/users.test.ts",
    name: "connection is cut is asked again",
  },
};
