import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A stolen access token takes the account over.",
  edits: [
    {
      file: "packages/user-service/src/recovery/service.ts",
      find: "passwordResetMail(account.recoveryEmail,",
      replace: "passwordResetMail(account.email,",
    },
  ],
  test: { file: "packages/user-service/src/recovery/recovery.test.ts", name: "that is changed" },
};
