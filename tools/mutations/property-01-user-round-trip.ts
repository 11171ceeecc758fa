import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A name that ends in a blank comes back as another one.",
  edits: [
    {
      file: "packages/user-service/src/users/service.ts",
      find: "      name,\n      passwordHash,",
      replace: "      name: name.trim(),\n      passwordHash,",
    },
  ],
  test: { file: "packages/user-service/src/users/persistence.property.test.ts" },
};
