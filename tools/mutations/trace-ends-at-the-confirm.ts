import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "The confirm of an order's stock is in no trace, so nobody finds it from the order.",
  edits: [
    {
      file: "packages/order-service/src/services.ts",
      find: "traceparent: currentScope()?.traceparent });",
      replace: "traceparent: undefined });",
    },
  ],
  test: { file: "packages/testing/src/telemetry/traces.test.ts", name: "one order is one trace" },
};
