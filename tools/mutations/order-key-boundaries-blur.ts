import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Two customers whose names and keys read the same when joined share one order.",
  edits: [
    {
      file: "packages/order-service/src/placement/identity.ts",
      find: "`${Buffer.byteLength(part)}:${part}`",
      replace: "part",
    },
  ],
  test: {
    file: "packages/order-service/src/placement/identity.test.ts",
  },
};
