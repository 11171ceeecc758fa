import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "After a crash the best-selling product cannot be bought until the database gives up waiting.",
  edits: [
    {
      file: "packages/product-service/src/reservations/flusher-registry.ts",
      find: "await this.#flushers.endSessions(sessionIds);",
      replace: "",
    },
  ],
  test: { file: "packages/product-service/src/reservations/flusher-registry.test.ts", name: "sold again" },
};
