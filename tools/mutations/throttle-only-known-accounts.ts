import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A limit that only known accounts have tells who has an account.",
  edits: [
    {
      file: "packages/user-service/src/auth/service.ts",
      find: "[account] = await inTime((deadlineAtMs) => Promise.all([find(), attempt.count(deadlineAtMs)]));",
      replace: "account = await find();\n      if (account !== undefined) await attempt.count(Infinity);",
    },
  ],
  test: { file: "packages/user-service/src/auth/login.test.ts", name: "an unknown account" },
};
