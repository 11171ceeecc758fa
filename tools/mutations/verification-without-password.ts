import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A stolen access token makes the address of the thief the one that resets go to.",
  edits: [
    {
      file: "packages/user-service/src/auth/service.ts",
      find: "const { takeBack } = await this.#prove({ find: async () => account, name: account.id, password, address });\n    await inTime(takeBack);\n",
      replace: "void [password, address];\n",
    },
  ],
  test: { file: "packages/user-service/src/recovery/recovery.test.ts", name: "that is changed" },
};
