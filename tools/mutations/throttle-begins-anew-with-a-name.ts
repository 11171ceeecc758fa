import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A stolen token renames the account after every fourth try, and the password is guessed without limit.",
  edits: [
    {
      file: "packages/user-service/src/auth/service.ts",
      find: "        await inTime(attemptById.count);\n",
      replace: "",
    },
  ],
  test: { file: "packages/user-service/src/auth/login.test.ts", name: "is not guessed by who renames" },
};
