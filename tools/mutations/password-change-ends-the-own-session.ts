import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Who refreshes the own session while its password is changed is signed out.",
  edits: [
    {
      file: "packages/user-service/src/sessions/repository.ts",
      find: "{ $set: { epoch } }, { session: transaction });",
      replace: "{ $set: { epoch } });\n    void transaction;",
    },
    {
      file: "packages/user-service/src/sessions/domain.ts",
      find: "session.epoch < account.sessionEpoch",
      replace: "session.epoch !== account.sessionEpoch",
    },
  ],
  test: { file: "packages/user-service/src/auth/login.test.ts", name: "leaves the own session alone" },
};
