import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A limit that only known accounts have tells who has an account.",
  edits: [
    {
      file: "packages/user-service/src/auth/service.ts",
      find: "account: proof.name, address",
      replace: "account: proof.account === undefined ? crypto.randomUUID() : proof.name, address",
    },
  ],
  test: { file: "packages/user-service/src/auth/login.test.ts", name: "an unknown account" },
};
