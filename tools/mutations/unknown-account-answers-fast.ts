import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "The time of a sign-in tells strangers who has an account.",
  edits: [
    {
      file: "packages/user-service/src/passwords/hasher.ts",
      find: "        const isRight = await",
      replace: "        if (hash === undefined) return false;\n        const isRight = await",
    },
  ],
  test: { file: "packages/user-service/src/auth/timing.test.ts" },
};
