import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A database that hangs for a while signs out who refreshes meanwhile.",
  edits: [
    {
      file: "packages/user-service/src/sessions/service.ts",
      find: "    if (systemClock.now() >= deadlineAtMs) throw changeOutOfTime();\n",
      replace: "",
    },
  ],
  test: { file: "packages/user-service/src/outage.test.ts", name: "nobody waits for any more" },
};
