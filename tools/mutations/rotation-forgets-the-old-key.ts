import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Every rotation signs everybody out.",
  edits: [
    {
      file: "packages/user-service/src/keys/domain.ts",
      find: "ACCESS_TOKEN_SECONDS * 1000 + MARGIN_MS",
      replace: "0",
    },
  ],
  test: { file: "packages/user-service/src/keys/keys.test.ts", name: "publishes before it signs" },
};
