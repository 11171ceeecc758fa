import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "An operator sets the port and the service listens elsewhere.",
  edits: [
    {
      file: "packages/service-kit/src/config/environment.ts",
      find: "      return [field, variable.parse(text, mode)];",
      replace: "      return [field, variable.fallback ?? variable.parse(text, mode)];",
    },
  ],
  test: {
    file: "packages/testing/src/properties/configuration.property.test.ts",
    name: "are what the environment says",
  },
};
