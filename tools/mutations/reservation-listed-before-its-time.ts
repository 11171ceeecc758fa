import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "The reaper ends placements that are under way.",
  edits: [
    {
      file: "packages/product-service/src/reservations/repository.ts",
      find: '      filter.$expr = { $lte: ["$createdAt", { $subtract: ["$$NOW", olderThanMs] }] };\n',
      replace: "",
    },
  ],
  test: { file: "packages/product-service/src/reservations/routes.test.ts", name: "old enough" },
};
