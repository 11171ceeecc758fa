import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "After an election commands go on to the server that was the primary.",
  edits: [
    {
      file: "packages/service-kit/src/database/direct-commands/connection.ts",
      find: "return this.isOpen && generation === pool.generation && !pool.closed && this.#isPrimary();",
      replace: "return this.isOpen;",
    },
  ],
  test: {
    file: "packages/service-kit/src/database/direct-commands/connection.test.ts",
    name: "is not used again",
  },
};
