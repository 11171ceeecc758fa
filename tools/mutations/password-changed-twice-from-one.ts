import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "The owner's change of the password is undone by one that a thief sent a moment earlier with the old password.",
  edits: [
    {
      file: "packages/user-service/src/auth/service.ts",
      find: "onlyIf: { passwordHash: account.passwordHash },",
      replace: "onlyIf: {},",
    },
  ],
  test: { file: "packages/user-service/src/auth/login.test.ts", name: "is one of two that come at once" },
};
