import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Services that wait for a database hammer it at a fixed beat.",
  edits: [
    {
      file: "packages/service-kit/src/database/connect.ts",
      find: "Math.min(1000 * 2 ** (attempt - 1), CONNECT_BACKOFF_MAX_MS)",
      replace: "Math.min(1000 * attempt, CONNECT_BACKOFF_MAX_MS)",
    },
  ],
  test: { file: "packages/testing/src/properties/service-start.property.test.ts", name: "waits 1 s, twice as long" },
};
