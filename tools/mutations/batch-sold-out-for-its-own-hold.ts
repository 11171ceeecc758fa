import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Who bought the last one and asks again is told that it is sold out.",
  edits: [
    {
      file: "packages/product-service/src/reservations/batch-repository.ts",
      find: "if (isFirst && !decision.outcomes.every(isNewHold))",
      replace: "if (isFirst && decision.outcomes.length === 0)",
    },
  ],
  test: {
    file: "packages/product-service/src/reservations/batches.test.ts",
    name: "a hold that is there already is answered again",
  },
};
