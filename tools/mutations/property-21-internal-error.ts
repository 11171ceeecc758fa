import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A fault of ours is told to the client as its own mistake.",
  edits: [
    {
      file: "packages/contracts/src/errors.ts",
      find: "  INTERNAL_ERROR: 500,",
      replace: "  INTERNAL_ERROR: 400,",
    },
  ],
  test: { file: "packages/testing/src/properties/requests.property.test.ts", name: "a generic 500" },
};
