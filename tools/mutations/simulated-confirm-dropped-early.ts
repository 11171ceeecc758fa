import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A confirm is forgotten before it is durable, and the alarm for lost stock goes off for nothing.",
  edits: [
    {
      file: "packages/order-service/src/placement/relay.ts",
      find: 'entry.kind === "confirm" && result.state === "held"',
      replace: "false",
    },
  ],
  test: { file: "packages/testing/src/simulator/simulator.test.ts", name: "schedules keep every invariant" },
};
