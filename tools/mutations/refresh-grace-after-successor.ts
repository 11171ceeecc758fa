import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A thief uses a spent token within its grace although its owner went on.",
  edits: [
    {
      file: "packages/user-service/src/sessions/service.ts",
      find: " && !(await sessions.isRotatedAfter(token.sessionId, token.rotatedAt))",
      replace: "",
    },
  ],
  test: { file: "packages/user-service/src/sessions/sessions.test.ts", name: "after its successor was used" },
};
