import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Each rotation gives keys that were to end another quarter of an hour: one that leaked never ends.",
  edits: [
    {
      file: "packages/user-service/src/keys/repository.ts",
      find: "{ sequence: { $lt: sequence }, verifiesUntil: { $exists: false } },\n      { $set: { verifiesUntil: end } }",
      replace: "{ sequence: { $lt: sequence } },\n      { $set: { verifiesUntil: end } }",
    },
  ],
  test: { file: "packages/user-service/src/keys/keys.test.ts", name: "leaves the end of a key" },
};
