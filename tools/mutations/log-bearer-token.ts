import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Whoever reads the logs can sign in as every user whose request failed.",
  edits: [
    {
      file: "packages/service-kit/src/logging/redact.ts",
      find: ".replace(jwt, REDACTED)",
      replace: "",
    },
    {
      file: "packages/service-kit/src/logging/redact.ts",
      find: ".replace(bearer, `Bearer ${REDACTED}`)",
      replace: "",
    },
  ],
  test: {
    file: "packages/service-kit/src/logging/redact.property.test.ts",
    name: "no secret in any nested object reaches a log line",
  },
};
