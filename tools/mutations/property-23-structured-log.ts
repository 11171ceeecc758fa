import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A log collector cannot read the time and service of a line.",
  edits: [
    {
      file: "packages/service-kit/src/logging/logger.ts",
      find: "      base: { service: options.service },",
      replace: "      base: {},",
    },
  ],
  test: { file: "packages/testing/src/properties/requests.property.test.ts", name: "one line of JSON" },
};
