import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A stolen access token keeps the owner out: after a reset nobody but the thief knows whom to sign in as.",
  edits: [
    {
      file: "packages/user-service/src/recovery/service.ts",
      find: "set(true)",
      replace: "set(false)",
    },
  ],
  test: { file: "packages/user-service/src/recovery/recovery.test.ts", name: "gives the account back" },
};
