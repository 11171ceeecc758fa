import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Two addresses are the default, and a parcel goes to either.",
  edits: [
    {
      file: "packages/user-service/src/addresses/repository.ts",
      find: 'isDefault === true ? others : "$addresses"',
      replace: '"$addresses"',
    },
  ],
  test: { file: "packages/user-service/src/addresses/routes.test.ts", name: "have one default" },
};
