import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Two administrators demote each other and nobody is left.",
  edits: [
    {
      file: "packages/user-service/src/users/standing-repository.ts",
      find: '    await this.#guards.updateOne({ _id: "admins" }, { $inc: { turn: 1 } }, { session });\n',
      replace: "",
    },
  ],
  test: { file: "packages/user-service/src/users/routes.test.ts", name: "keep one of them" },
};
