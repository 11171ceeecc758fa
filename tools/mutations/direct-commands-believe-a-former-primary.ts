import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "While the server that was the primary stands still, no order is placed although there is another primary.",
  edits: [
    {
      file: "packages/service-kit/src/database/direct-commands/driver.ts",
      find: "inside(client).topology?.description.servers.get(address)?.isWritable === true;",
      replace: "inside(client).topology?.description.servers.has(address) === true;",
    },
  ],
  test: { file: "packages/testing/src/chaos/frozen-primary.test.ts" },
};
