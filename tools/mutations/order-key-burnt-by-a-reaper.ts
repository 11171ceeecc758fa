import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A customer whose first request was given up can never order under its key.",
  edits: [
    {
      file: "packages/order-service/src/placement/place.ts",
      find: '  return { kind: "next-attempt" };\n',
      replace: '  return { kind: "unknown" };\n',
    },
  ],
  test: { file: "packages/order-service/src/reaper/reaper.test.ts", name: "its key goes on" },
};
