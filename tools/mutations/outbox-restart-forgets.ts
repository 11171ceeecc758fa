import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Orders whose service died right after they were cancelled keep their stock neither sold nor free.",
  edits: [
    {
      file: "packages/order-service/src/outbox/relay.ts",
      find: "const fresh = due.filter(({ entry }) => !this.#inHand.has(entry.id));",
      replace: "const fresh = due.slice(due.length);",
    },
  ],
  test: {
    file: "packages/order-service/src/outbox/routes.test.ts",
    name: "while product-service is away",
  },
};
