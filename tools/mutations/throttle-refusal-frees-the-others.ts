import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A try that is refused lets those that share its command go uncounted.",
  edits: [
    {
      file: "packages/user-service/src/throttle/attempt-repository.ts",
      find: "left = left.filter((step) => step.change !== change);",
      replace: "left = [];",
    },
  ],
  test: { file: "packages/user-service/src/throttle/attempt-repository.test.ts", name: "each for itself" },
};
