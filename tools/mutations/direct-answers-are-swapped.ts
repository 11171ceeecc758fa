import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A customer is shown the order of another request that shared the connection.",
  edits: [
    {
      file: "packages/service-kit/src/database/direct-commands/connection.ts",
      find: 'if (awaited === undefined || answers !== awaited.requestId) return this.#fail("an answer that nobody awaits");',
      replace: "if (awaited === undefined) return;",
    },
  ],
  test: {
    file: "packages/service-kit/src/database/direct-commands/connection.test.ts",
    name: "an answer to another request",
  },
};
