import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A rush makes every customer wait until all of them have timed out.",
  edits: [
    {
      file: "packages/product-service/src/reservations/lane.ts",
      find: "if (this.#waiting.length >= this.#tools.queueMax) {",
      replace: "if (this.#waiting.length < 0) {",
    },
  ],
  test: { file: "packages/product-service/src/reservations/group-commit.test.ts", name: "a full queue" },
};
