import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "After a crash the last orders stay unconfirmed for a minute, and an audit finds them.",
  edits: [
    {
      file: "packages/order-service/src/reaper/reaper.ts",
      find: "    if (ageMs > FOLLOW_AGE_MS) await this.#each(FOLLOW_AGE_MS, signal, (hold) => this.#follow(hold));\n",
      replace: "",
    },
  ],
  test: { file: "packages/order-service/src/reaper/reaper.test.ts", name: "an order whose confirm got lost" },
};
