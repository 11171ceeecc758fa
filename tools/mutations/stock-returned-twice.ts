import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A cancellation that is delivered twice puts units on sale that do not exist.",
  edits: [
    {
      file: "packages/product-service/src/reservations/state-table.ts",
      find: 'if (state === "released") return',
      replace: 'if (state === "released" && command !== "release") return',
    },
    {
      file: "packages/product-service/src/reservations/protocol.ts",
      find: 'change.state === "released" && reservation.state !== "released"',
      replace: 'change.state === "released"',
    },
  ],
  test: { file: "packages/product-service/src/reservations/routes.test.ts", name: "fifty releases at once" },
};
