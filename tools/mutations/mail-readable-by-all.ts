import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Every user of the machine reads the tokens in the mails.",
  edits: [
    {
      file: "packages/user-service/src/mail/file-mailer.ts",
      find: "mode: 0o600",
      replace: "mode: 0o644",
    },
  ],
  test: { file: "packages/user-service/src/recovery/recovery.test.ts", name: "only this user reads" },
};
