import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "An order that was given up as failed still takes its stock minutes later.",
  edits: [
    {
      file: "packages/product-service/src/reservations/lane.ts",
      find: "entry.deadlineAtMs <= nowMs",
      replace: "entry.deadlineAtMs <= 0",
    },
  ],
  test: { file: "packages/product-service/src/reservations/group-commit.test.ts", name: "deadline" },
};
