import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A suspended administrator reactivates the own account with a token that is still valid.",
  edits: [
    {
      file: "packages/user-service/src/users/service.ts",
      find: 'account?.role !== "admin" || account.status !== "active"',
      replace: "account === undefined",
    },
  ],
  test: { file: "packages/user-service/src/users/routes.test.ts", name: "of yesterday" },
};
