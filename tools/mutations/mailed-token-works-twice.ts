import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A token that was used works again for whoever reads the mail later.",
  edits: [
    {
      file: "packages/user-service/src/recovery/repository.ts",
      find: "this.#tokens.findOneAndDelete(",
      replace: "this.#tokens.findOne(",
    },
  ],
  test: { file: "packages/user-service/src/recovery/recovery.test.ts", name: "at registration, once" },
};
