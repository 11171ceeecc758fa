import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A stolen signing key opens every account after it was revoked.",
  edits: [
    {
      file: "packages/user-service/src/keys/key-ring.ts",
      find: "if (revoke) await repository.revokeBefore(key.sequence, new Date(nowMs));\n    else await",
      replace: "await",
    },
  ],
  test: { file: "packages/user-service/src/keys/keys.test.ts", name: "with revoke" },
};
