import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "The stock of a cancelled order never comes back when product-service was away at that moment.",
  edits: [
    {
      file: "packages/order-service/src/placement/relay.ts",
      find: "  const result = await reservations.move(entry.kind,",
      replace: "  await orders.dropEntry(orderId, entry.id);\n  const result = await reservations.move(entry.kind,",
    },
  ],
  test: { file: "packages/order-service/src/outbox/routes.test.ts", name: "while product-service is away" },
};
