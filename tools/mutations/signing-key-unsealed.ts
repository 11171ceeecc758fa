import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Whoever reads the database signs tokens for everybody.",
  edits: [
    {
      file: "packages/user-service/src/keys/key-material.ts",
      find: "seal(privateJwk, { secret: options.encryptionSecret, context: kid })",
      replace: "Buffer.from(privateJwk)",
    },
    {
      file: "packages/user-service/src/keys/key-material.ts",
      find: "open(stored.sealed, { secret: encryptionSecret, context: id })",
      replace: "Buffer.from(stored.sealed).toString()",
    },
  ],
  test: { file: "packages/user-service/src/keys/keys.test.ts", name: "is stored encrypted" },
};
