import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A token names the session where it should name the user, and opens nothing.",
  edits: [
    {
      file: "packages/user-service/src/sessions/service.ts",
      find: "sub: account.id, role",
      replace: "sub: sessionId, role",
    },
  ],
  test: { file: "packages/user-service/src/auth/login.property.test.ts" },
};
