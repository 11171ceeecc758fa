import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Of orders that shared a batch only one shows it in its trace.",
  edits: [
    {
      file: "packages/service-kit/src/telemetry/shared-work.ts",
      find: "const shares = others.flatMap(",
      replace: "const shares = [].flatMap(",
    },
  ],
  test: { file: "packages/testing/src/telemetry/traces.test.ts", name: "orders that shared a batch link to it" },
};
