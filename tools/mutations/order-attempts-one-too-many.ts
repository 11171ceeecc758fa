import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A key that was given up for good costs one attempt more than the contract says.",
  edits: [
    {
      file: "packages/order-service/src/placement/place.ts",
      find: "number < ATTEMPTS_MAX",
      replace: "number <= ATTEMPTS_MAX",
    },
  ],
  test: { file: "packages/order-service/src/placement/place.test.ts", name: "gives up after eight tombstones" },
};
