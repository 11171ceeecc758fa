import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Everybody who registers is an administrator.",
  edits: [
    {
      file: "packages/user-service/src/users/service.ts",
      find: 'this.createAs("customer", user)',
      replace: 'this.createAs("admin", user)',
    },
  ],
  test: { file: "packages/user-service/src/users/registration.property.test.ts" },
};
