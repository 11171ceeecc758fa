import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Whoever reads the old mailbox takes the account over, although its owner has verified a new one.",
  edits: [
    {
      file: "packages/user-service/src/recovery/service.ts",
      find: "onlyIf: { recoveryKey: found.emailKey }",
      replace: "onlyIf: {}",
    },
  ],
  test: { file: "packages/user-service/src/recovery/recovery.test.ts", name: "is refused, and the present" },
};
