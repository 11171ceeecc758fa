import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Each rollout leaves the last orders of every instance unconfirmed for some seconds.",
  edits: [
    {
      file: "packages/order-service/src/background/gathered.ts",
      find: "    this.#begin();\n    this.#queue = [];",
      replace: "    this.#queue = [];",
    },
  ],
  test: { file: "packages/order-service/src/background/gathered.test.ts", name: "that waits begins at once" },
};
