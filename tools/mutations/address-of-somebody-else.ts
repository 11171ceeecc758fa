import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A user deletes the addresses of others.",
  edits: [
    {
      file: "packages/user-service/src/addresses/repository.ts",
      find: '{ _id: new ObjectId(userId), ...live, "addresses._id": _id },\n      { $pull',
      replace: '{ ...live, "addresses._id": _id },\n      { $pull',
    },
  ],
  test: { file: "packages/user-service/src/addresses/routes.test.ts", name: "nobody else's" },
};
