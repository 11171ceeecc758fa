import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "An order costs a fraction of a cent more or less than its lines add up to.",
  edits: [
    {
      file: "packages/order-service/src/placement/totals.ts",
      find: "sum.plus(Big(price).times(quantity))",
      replace: "sum.plus(Big(price * quantity))",
    },
  ],
  test: {
    file: "packages/order-service/src/orders/placement-data.property.test.ts",
    name: "read back with every field kept",
  },
};
