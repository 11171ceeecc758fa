import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "The reaper gives stock away while the order that holds it is on its way.",
  edits: [
    {
      file: "packages/order-service/src/placement/reap.ts",
      find: 'if (inserted.kind === "unknown") return "later";',
      replace: 'if (inserted.kind === "unknown") return move("release", hold, ports);',
    },
  ],
  test: { file: "packages/testing/src/simulator/simulator.test.ts", name: "schedules keep every invariant" },
};
