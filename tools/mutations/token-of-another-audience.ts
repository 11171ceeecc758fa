import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A token that the same issuer made for another system opens every account here.",
  edits: [
    { file: "packages/service-kit/src/auth/token-verifier.ts", find: "    audience: TOKEN_AUDIENCE,\n", replace: "" },
  ],
  test: { file: "packages/service-kit/src/auth/token-verifier.test.ts" },
};
