import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A hold is half of one transaction and half of the next.",
  edits: [
    {
      file: "packages/service-kit/src/database/direct-commands/session.ts",
      find: "this.#number++;",
      replace: "this.#number = 1n;",
    },
  ],
  test: {
    file: "packages/service-kit/src/database/direct-commands/session.test.ts",
    name: "one follows the other",
  },
};
