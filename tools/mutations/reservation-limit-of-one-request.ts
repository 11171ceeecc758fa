import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "One customer holds all stock for ever, one small order at a time.",
  edits: [
    {
      file: "packages/product-service/src/reservations/protocol.ts",
      find: "pendingUnits !== undefined && pendingUnits + quantity > pendingLimitUnits",
      replace: "pendingUnits !== undefined && quantity > pendingLimitUnits",
    },
  ],
  test: { file: "packages/product-service/src/reservations/routes.test.ts", name: "limit" },
};
