import type { SigningKey } from "@pos/contracts/auth";
import type { View } from "../output/printer.ts";

/** How signing keys are shown. */
export const keyView: View<SigningKey> = {
  kind: "key",
  id: ({ id }) => id,
  columns: [
    { header: "ID", keep: true, value: ({ id }) => id },
    {
      header: "SIGNS",
      value: ({ signs }) => (signs ? "yes" : "no"),
      paint: (cell, style, { signs }) => (signs ? style.green(cell) : cell),
    },
    { header: "SIGNS FROM", keep: true, value: ({ signsFrom }) => signsFrom },
    { header: "VERIFIES UNTIL", keep: true, value: ({ verifiesUntil }) => verifiesUntil ?? "-" },
    { header: "CREATED", value: ({ createdAt }) => createdAt, wide: true },
  ],
};
