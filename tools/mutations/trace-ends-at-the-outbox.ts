import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "The delivery of an order's message is in no trace, so nobody finds it from the order.",
  edits: [
    {
      file: "packages/order-service/src/placement/documents.ts",
      find: "    ...(tools.traceparent === undefined ? {} : { traceparent: tools.traceparent }),\n",
      replace: "",
    },
  ],
  test: { file: "packages/testing/src/telemetry/traces.test.ts", name: "a cancellation is one trace" },
};
