import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "What a user writes into an address is run as an expression of the database.",
  edits: [
    {
      file: "packages/user-service/src/addresses/repository.ts",
      find: "{ $literal: { ...fields, _id, createdAt: now, updatedAt: now } }",
      replace: "{ ...fields, _id, createdAt: now, updatedAt: now }",
    },
  ],
  test: { file: "packages/user-service/src/addresses/routes.test.ts", name: "kept as they were written" },
};
