import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A thief stays signed in after the password was changed.",
  edits: [
    {
      file: "packages/user-service/src/users/repository.ts",
      find: "{ $set: change, $inc: { sessionEpoch: 1 } }",
      replace: "{ $set: change }",
    },
  ],
  test: { file: "packages/user-service/src/auth/login.test.ts", name: "ends the other sessions" },
};
