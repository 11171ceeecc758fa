import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Deleting an account leaves its data behind.",
  edits: [
    {
      file: "packages/user-service/src/users/standing-repository.ts",
      find: '[{ $replaceWith: { _id: "$_id", createdAt: "$createdAt", updatedAt: deletedAt, deletedAt } }]',
      replace: '[{ $set: { updatedAt: deletedAt, deletedAt } }, { $unset: "emailKey" }]',
    },
  ],
  test: { file: "packages/user-service/src/users/routes.test.ts", name: "that is deleted" },
};
