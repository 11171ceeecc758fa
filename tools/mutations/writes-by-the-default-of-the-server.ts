import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "On a replica set whose default is another, stock and accounts that were answered are lost with the primary.",
  edits: [
    {
      file: "packages/service-kit/src/database/connect.ts",
      find: '  writeConcern: { w: "majority", journal: true },\n',
      replace: "",
    },
  ],
  test: { file: "packages/service-kit/src/database/connect.test.ts", name: "every write waits for a majority" },
};
