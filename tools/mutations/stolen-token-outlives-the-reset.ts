import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A thief's token changes the address again, or deletes the account, after the owner's reset.",
  edits: [
    {
      file: "packages/user-service/src/users/service.ts",
      find: "if (isOver(session, account)) throw",
      replace: "if (false) throw",
    },
  ],
  test: { file: "packages/user-service/src/recovery/recovery.test.ts", name: "ends what the stolen token" },
};
