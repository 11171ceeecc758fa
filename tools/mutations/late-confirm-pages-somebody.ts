import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A customer who cancels while product-service is slow pages whoever is on call.",
  edits: [
    {
      file: "packages/product-service/src/reservations/state-table.ts",
      find: 'if (state === "released") return { state, change: undefined, alarm: undefined };',
      replace: 'if (state === "released") return { state, change: undefined, alarm: "late" };',
    },
  ],
  test: { file: "packages/product-service/src/reservations/routes.test.ts", name: "comes too late is no violation" },
};
