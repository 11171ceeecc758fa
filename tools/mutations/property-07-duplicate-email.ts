import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Two requests at the same time register one address twice.",
  edits: [
    {
      file: "packages/user-service/src/migrations.ts",
      find: "unique: true, partialFilterExpression: live",
      replace: "partialFilterExpression: live",
    },
  ],
  test: { file: "packages/user-service/src/users/duplicate-email.property.test.ts" },
};
