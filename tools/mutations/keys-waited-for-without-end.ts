import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A user-service that takes connections and says nothing holds every request with a token for ever.",
  edits: [
    {
      file: "packages/service-kit/src/auth/remote-keys.ts",
      find: "signal: AbortSignal.timeout(FETCH_MAX_MS), ",
      replace: "",
    },
  ],
  test: { file: "packages/service-kit/src/auth/remote-keys.test.ts", name: "gives an issuer up" },
};
