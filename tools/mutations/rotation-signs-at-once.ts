import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Every rotation signs users out until the other services have seen the key.",
  edits: [
    {
      file: "packages/user-service/src/keys/domain.ts",
      find: "PUBLISH_BEFORE_SIGNING_MS = 120_000",
      replace: "PUBLISH_BEFORE_SIGNING_MS = 0",
    },
  ],
  test: { file: "packages/user-service/src/keys/keys.test.ts", name: "publishes before it signs" },
};
