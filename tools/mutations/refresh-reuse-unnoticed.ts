import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A stolen refresh token is used beside its owner for 30 days.",
  edits: [
    {
      file: "packages/user-service/src/sessions/service.ts",
      find: "    await sessions.end(token.sessionId);\n    logger",
      replace: "    logger",
    },
  ],
  test: { file: "packages/user-service/src/sessions/sessions.test.ts", name: "a refresh token" },
};
