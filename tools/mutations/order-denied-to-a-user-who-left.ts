import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A customer who repeats a request is told that nothing was ordered, although the order is there.",
  edits: [
    {
      file: "packages/order-service/src/placement/place.ts",
      find: 'if (reservation.kind === "released") return followWinner(attempt, undefined, ports);\n  const {',
      replace: 'if (reservation.kind === "released") return rejection;\n  const {',
    },
  ],
  test: { file: "packages/testing/src/simulator/simulator.test.ts", name: "schedules keep every invariant" },
};
