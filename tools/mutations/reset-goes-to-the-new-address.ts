import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A stolen access token takes the account over.",
  edits: [
    {
      file: "packages/user-service/src/recovery/messages.ts",
      find: "{ email, recoveryEmail: to }: Account",
      replace: "{ email, email: to }: Account",
    },
  ],
  test: { file: "packages/user-service/src/recovery/recovery.test.ts", name: "that is changed" },
};
