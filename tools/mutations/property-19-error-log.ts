import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "An operator finds an error in the log without what caused it.",
  edits: [
    {
      file: "packages/service-kit/src/http/service-app.ts",
      find: "err: error.cause ?? error",
      replace: "err: undefined",
    },
  ],
  test: { file: "packages/testing/src/properties/requests.property.test.ts", name: "a generic 500" },
};
