import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A customer whose attempt was given up finds the last unit taken by it.",
  edits: [
    {
      file: "packages/order-service/src/placement/place.ts",
      find: '  if (hold !== undefined) await ports.reservations.move("release", { orderId, rid: hold.rid }, command.deadlineAtMs);\n',
      replace: "",
    },
  ],
  test: {
    file: "packages/order-service/src/placement/place.test.ts",
    name: "that meets a tombstone gives that hold back",
  },
};
