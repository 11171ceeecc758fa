import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Each confirm walks over all that was confirmed in the last minutes, so that orders get slower as load goes on.",
  edits: [
    {
      file: "packages/product-service/src/reservations/repository.ts",
      find: "{ hint: { _id: 1 } },",
      replace: "{},",
    },
  ],
  test: {
    file: "packages/product-service/src/query-plans.test.ts",
    name: "confirms of all that is held go by id",
  },
};
