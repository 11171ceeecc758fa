import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A database that says nothing holds requests for ever.",
  edits: [
    {
      file: "packages/service-kit/src/database/direct-commands/connection.ts",
      find: "if (this.#awaited === undefined || performance.now() - this.#awaited.sentAtMs < maxMs) return;",
      replace: "if (maxMs >= 0) return;",
    },
  ],
  test: {
    file: "packages/service-kit/src/database/direct-commands/connection.test.ts",
    name: "a silent server",
  },
};
