import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A customer who asks twice at once is told that nobody knows, although the order is being stored.",
  edits: [
    {
      file: "packages/order-service/src/placement/read-until.ts",
      find: "if (clock.now() + waitMs >= deadlineAtMs)",
      replace: "if (waitMs >= FIRST_WAIT_MS)",
    },
  ],
  test: { file: "packages/order-service/src/placement/place.test.ts", name: "no majority has yet is read again" },
};
