import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "An order that a majority was about to have loses its stock.",
  edits: [
    {
      file: "packages/order-service/src/placement/reap.ts",
      find: '  if (read.kind !== "found") return "later";',
      replace:
        '  if (read.kind === "unknown") return "later";\n  if (read.kind === "none") return move("release", hold, ports);',
    },
  ],
  test: {
    file: "packages/order-service/src/placement/reap.test.ts",
  },
};
