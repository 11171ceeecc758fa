import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "The passwords of clients that have long gone keep the cores from those that still wait.",
  edits: [
    {
      file: "packages/user-service/src/passwords/hasher.ts",
      find: "(waiting.delete(begin) ? Promise.reject(tooManyWait()) : turn)",
      replace: "turn",
    },
  ],
  test: { file: "packages/user-service/src/passwords/hasher.test.ts", name: "does nothing for it afterwards" },
};
