import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A crawler that reads every product once makes all reads slower for everybody.",
  edits: [
    {
      file: "packages/service-kit/src/database/decoded-documents.ts",
      find: "const NEWCOMERS_PER_PLACE = 4;",
      replace: "const NEWCOMERS_PER_PLACE = 1;",
    },
  ],
  test: {
    file: "packages/service-kit/src/database/decoded-documents.property.test.ts",
    name: "drives out little",
  },
};
