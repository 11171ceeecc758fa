import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "One hold that cannot be settled keeps the reaper busy for ever.",
  edits: [
    {
      file: "packages/order-service/src/reaper/reaper.ts",
      find: "    if (earlyMs > 0 && earlyMs <= BACKOFF_MAX_MS) return;\n",
      replace: "",
    },
  ],
  test: {
    file: "packages/order-service/src/reaper/reaper.test.ts",
    name: "starves no other",
  },
};
