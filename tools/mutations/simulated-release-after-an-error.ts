import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "An order exists whose stock was given back because its insert ended in an error.",
  edits: [
    {
      file: "packages/order-service/src/placement/place.ts",
      find: "  return inserted;\n}\n\n/** Step 4",
      replace:
        '  await ports.reservations.move("release", { orderId: order.id, rid: hold.rid }, command.deadlineAtMs);\n  return inserted;\n}\n\n/** Step 4',
    },
  ],
  test: { file: "packages/testing/src/simulator/simulator.test.ts", name: "schedules keep every invariant" },
};
