import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A made-up X-Forwarded-For escapes every limit.",
  edits: [
    {
      file: "packages/user-service/src/throttle/client-address.ts",
      find: "forwarded[Math.max(0, forwarded.length - trustedHops)]",
      replace: "forwarded[0]",
    },
  ],
  test: { file: "packages/user-service/src/auth/login.test.ts", name: "the address that the proxy saw" },
};
