import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A late message revives a reservation whose stock was given back: the units are counted twice.",
  edits: [
    {
      file: "packages/product-service/src/reservations/state-table.ts",
      find: 'return state === "held" ? { state: "confirmed" as const, isOpen } : undefined;',
      replace: 'return state !== "confirmed" ? { state: "confirmed" as const, isOpen } : undefined;',
    },
    {
      file: "packages/product-service/src/reservations/state-table.ts",
      find: 'if (state === "released") return',
      replace: 'if (state === "released" && command !== "confirm") return',
    },
  ],
  test: { file: "packages/testing/src/simulator/simulator.test.ts", name: "schedules keep every invariant" },
};
