import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A thief stays signed in after the password was changed.",
  edits: [
    {
      file: "packages/user-service/src/auth/service.ts",
      find: "passwordHash, endsSessions: true",
      replace: "passwordHash",
    },
  ],
  test: { file: "packages/user-service/src/auth/login.test.ts", name: "ends the other sessions" },
};
