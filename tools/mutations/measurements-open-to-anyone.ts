import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Anyone who reaches a service reads its measurements.",
  edits: [
    {
      file: "packages/service-kit/src/health/routes.ts",
      find: `        access: ["admin"],
        detail: { summary: "Metrics`,
      replace: `        access: "anyone",
        detail: { summary: "Metrics`,
    },
  ],
  test: { file: "packages/testing/src/telemetry/metrics.test.ts", name: "are open on METRICS_HOST" },
};
