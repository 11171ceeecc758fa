import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A product keeps the price and the stock that it had when it was read first.",
  edits: [
    {
      file: "packages/service-kit/src/database/decoded-documents.ts",
      find: "if (bytes.equals(remembered.bytes))",
      replace: "if (bytes.length === remembered.bytes.length)",
    },
  ],
  test: {
    file: "packages/service-kit/src/database/decoded-documents.property.test.ts",
    name: "every value is that of the bytes that were read",
  },
};
