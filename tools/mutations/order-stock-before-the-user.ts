import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Somebody without an account is told what is in stock.",
  edits: [
    {
      file: "packages/order-service/src/placement/place.ts",
      find: '  if (user.kind === "unanswered") return user;\n',
      replace:
        '  if (reservation.kind === "refused") return { ...reservation, kind: "rejected" };\n  if (user.kind === "unanswered") return user;\n',
    },
  ],
  test: { file: "packages/order-service/src/placement/place.test.ts", name: "wins over what the reservation says" },
};
