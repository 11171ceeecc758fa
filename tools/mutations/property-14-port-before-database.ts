import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Clients reach a service whose database is not there yet, and every request fails.",
  edits: [
    {
      file: "packages/service-kit/src/database/connect.ts",
      find: "      if (attempt === CONNECT_ATTEMPTS_MAX) {",
      replace: "      if (attempt === 1) {",
    },
  ],
  test: { file: "packages/testing/src/properties/service-start.property.test.ts", name: "opens its port only once" },
};
