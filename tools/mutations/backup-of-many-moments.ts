import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Stock that was sold while a backup was taken is there once more after the restore, beside its reservations.",
  edits: [
    {
      file: "cli/src/backup/dump.ts",
      find: "find({}, { session, raw: true,",
      replace: "find({}, { raw: true,",
    },
  ],
  test: { file: "cli/src/backup/backup.test.ts", name: "holds one moment of a database" },
};
