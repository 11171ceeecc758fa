import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "An operator sees requests in the log without their status.",
  edits: [
    {
      file: "packages/service-kit/src/http/answered.ts",
      find: "traceId, method, path, route, status,",
      replace: "traceId, method, path, route,",
    },
  ],
  test: { file: "packages/testing/src/properties/requests.property.test.ts", name: "one line of JSON" },
};
