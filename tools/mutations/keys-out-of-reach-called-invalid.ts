import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A service that starts while user-service is away tells every customer that their sign-in is invalid.",
  edits: [
    {
      file: "packages/service-kit/src/auth/key-cache.ts",
      find: "const hasSet = () => fetchedAt !== Number.NEGATIVE_INFINITY;",
      replace: "const hasSet = () => true;",
    },
  ],
  test: { file: "packages/service-kit/src/auth/key-cache.test.ts", name: "without any set a lookup is unavailable" },
};
