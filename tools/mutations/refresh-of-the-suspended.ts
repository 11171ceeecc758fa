import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A suspended user, whose sessions a dying service left behind, stays signed in for ever.",
  edits: [
    {
      file: "packages/user-service/src/sessions/service.ts",
      find: 'account?.status !== "active" || isOver(session, account)',
      replace: "account === undefined || session === undefined",
    },
  ],
  test: { file: "packages/user-service/src/sessions/sessions.test.ts", name: "is over" },
};
