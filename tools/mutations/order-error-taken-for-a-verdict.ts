import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "An order that was stored although its answer was lost has its stock sold to somebody else.",
  edits: [
    {
      file: "packages/order-service/src/placement/place.ts",
      find: "  return inserted;\n}\n\n/** Step 4",
      replace:
        '  await ports.reservations.move("release", { orderId: order.id, rid: hold.rid }, command.deadlineAtMs);\n  return inserted;\n}\n\n/** Step 4',
    },
  ],
  test: {
    file: "packages/order-service/src/placement/place.test.ts",
    name: "an error is no verdict",
  },
};
