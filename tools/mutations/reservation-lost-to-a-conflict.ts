import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Of two who buy at the same instant in different processes one is told that the shop is away.",
  edits: [
    {
      file: "packages/product-service/src/reservations/group-commit.ts",
      find: '      if (attempt.kind !== "conflict") return this.#settle(wanted, attempt);',
      replace:
        '      if (attempt.kind === "conflict") return rejectAll(wanted, unavailable("Try again.", attempt.error));\n      if (attempt.kind.length > 0) return this.#settle(wanted, attempt);',
    },
  ],
  test: {
    file: "packages/product-service/src/reservations/oversell.property.test.ts",
    name: "race for the same stock",
  },
};
