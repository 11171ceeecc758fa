import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Stock of orders that are cancelled while thousands of others wait comes back only when the service starts anew.",
  edits: [
    {
      file: "packages/order-service/src/outbox/relay.ts",
      find: "for (const entry of entries) if (this.#offered.offer({ orderId, entry })) this.#inHand.add(entry.id);",
      replace:
        "for (const entry of entries) {\n      this.#inHand.add(entry.id);\n      this.#offered.offer({ orderId, entry });\n    }",
    },
  ],
  test: { file: "packages/order-service/src/outbox/relay.test.ts", name: "what its queue had no room for" },
};
