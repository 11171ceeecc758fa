import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "One stranger at one address locks everybody out of an account.",
  edits: [
    {
      file: "packages/user-service/src/auth/service.ts",
      find: "    await attempt.refuseWhenLocked();\n",
      replace: "",
    },
    {
      file: "packages/user-service/src/throttle/login-throttle.ts",
      find: "countUp(limits, ",
      replace: "countUp(limits.toReversed(), ",
    },
  ],
  test: { file: "packages/user-service/src/auth/login.test.ts", name: "one address cannot lock" },
};
