import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Passwords are guessed without limit by many tries at once.",
  edits: [
    {
      file: "packages/user-service/src/auth/service.ts",
      find: "Promise.all([find(), attempt.count(deadlineAtMs)])",
      replace: "Promise.all([find()])",
    },
  ],
  test: { file: "packages/user-service/src/auth/login.test.ts", name: "60 come at once" },
};
