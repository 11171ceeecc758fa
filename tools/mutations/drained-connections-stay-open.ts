import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Pools keep sending requests to an instance that is ending, to the moment at which it cuts them.",
  edits: [
    {
      file: "packages/service-kit/src/http/service-app.ts",
      find: `if (health.isDraining) set.headers["connection"] = "close";`,
      replace: ``,
    },
  ],
  test: {
    file: "packages/service-kit/src/lifecycle/run-service.test.ts",
    name: "drains on SIGTERM",
  },
};
