import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Whoever registered the address first is the administrator.",
  edits: [
    {
      file: "packages/user-service/src/users/first-admin.ts",
      find: 'if (owner?.role !== "admin")',
      replace: "if (owner === undefined)",
    },
  ],
  test: { file: "packages/user-service/src/users/first-admin.test.ts", name: "nobody is promoted" },
};
