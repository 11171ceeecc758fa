import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A client cannot tell a new order from one that it had placed before.",
  edits: [
    {
      file: "packages/order-service/src/orders/routes.ts",
      find: '        if (isReplayed) set.headers["idempotent-replayed"] = "true";\n',
      replace: "",
    },
  ],
  test: { file: "packages/order-service/src/orders/routes.test.ts", name: "places one order for one key" },
};
