import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Stock that was held for an order that is refused lies there until a reaper comes by.",
  edits: [
    {
      file: "packages/order-service/src/placement/place.ts",
      find: 'rid === undefined ? [] : [newEntry("release", rid, ports)]',
      replace: "[]",
    },
  ],
  test: {
    file: "packages/order-service/src/placement/place.test.ts",
    name: "carries the release of what was held",
  },
};
