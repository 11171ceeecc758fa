import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A customer who changes the cart and keeps the key gets the old cart.",
  edits: [
    {
      file: "packages/order-service/src/placement/place.ts",
      find: "  if (order.fingerprint !== attempt.fingerprint) return keyReused();\n",
      replace: "",
    },
  ],
  test: {
    file: "packages/order-service/src/placement/place.test.ts",
  },
};
