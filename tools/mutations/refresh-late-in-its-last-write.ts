import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A database that is slow for a while signs out who refreshes meanwhile.",
  edits: [
    {
      file: "packages/user-service/src/sessions/service.ts",
      find: "    await sessions.removeToken(hashOfToken(issued.refreshToken));\n",
      replace: "",
    },
  ],
  test: { file: "packages/user-service/src/outage.test.ts", name: "the last of its writes makes late" },
};
