import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "One product that somebody mistyped in the database closes the shop: its list is an error for everybody.",
  edits: [
    {
      file: "packages/service-kit/src/database/decoded-documents.ts",
      find: "      this.#onBroken(id, error);\n      return { ok: false, error };",
      replace: "      throw error;",
    },
  ],
  test: {
    file: "packages/product-service/src/broken-documents.test.ts",
    name: "is left out of lists",
  },
};
