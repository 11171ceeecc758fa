import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "An order shows other lines than were sent.",
  edits: [
    {
      file: "packages/order-service/src/placement/place.ts",
      find: "pricedItems(command.lines, hold.items)",
      replace: "pricedItems(mergeLines(command.lines), hold.items)",
    },
  ],
  test: { file: "packages/order-service/src/placement/place.test.ts", name: "with the lines as sent" },
};
