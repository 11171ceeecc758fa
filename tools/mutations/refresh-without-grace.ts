import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A lost answer signs the user out.",
  edits: [
    {
      file: "packages/user-service/src/sessions/service.ts",
      find: "const REUSE_GRACE_MS = 10_000",
      replace: "const REUSE_GRACE_MS = -1",
    },
  ],
  test: { file: "packages/user-service/src/sessions/sessions.test.ts", name: "within 10 s" },
};
