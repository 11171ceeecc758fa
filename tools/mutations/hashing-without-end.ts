import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A burst of sign-ins takes all memory.",
  edits: [
    {
      file: "packages/user-service/src/passwords/hasher.ts",
      find: "waiting.size >= max",
      replace: "false",
    },
  ],
  test: { file: "packages/user-service/src/passwords/hasher.test.ts", name: "bounded number" },
};
