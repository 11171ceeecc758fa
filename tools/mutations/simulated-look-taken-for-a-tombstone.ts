import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A hold goes back because its order is not there yet, and the order that comes has no stock.",
  edits: [
    {
      file: "packages/order-service/src/placement/reap.ts",
      find: 'if (read.kind !== "found") return "later";',
      replace: 'if (read.kind !== "found") return move("release", hold, ports);',
    },
  ],
  test: { file: "packages/testing/src/simulator/simulator.test.ts", name: "schedules keep every invariant" },
};
