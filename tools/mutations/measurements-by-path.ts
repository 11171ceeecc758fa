import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Whoever asks for paths that do not exist makes series until the memory is full.",
  edits: [
    {
      file: "packages/service-kit/src/http/answered.ts",
      find: "const pattern = patterns.get(route);",
      replace: "const pattern = patterns.get(route) ?? path;",
    },
  ],
  test: { file: "packages/testing/src/telemetry/metrics.test.ts", name: "have no series for what callers make up" },
};
