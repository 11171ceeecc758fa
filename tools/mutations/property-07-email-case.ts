import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "One address is registered twice, in capitals and in small letters.",
  edits: [
    {
      file: "packages/user-service/src/users/domain.ts",
      find: "email.toLowerCase()",
      replace: "email",
    },
  ],
  test: { file: "packages/user-service/src/users/duplicate-email.property.test.ts" },
};
