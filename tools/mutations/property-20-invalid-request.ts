import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A client is not told which field of its request is wrong.",
  edits: [
    {
      file: "packages/service-kit/src/http/validation-message.ts",
      find: "    problems.push({\n      path,\n",
      replace: '    problems.push({\n      path: "",\n',
    },
  ],
  test: { file: "packages/testing/src/properties/requests.property.test.ts", name: "names the field" },
};
