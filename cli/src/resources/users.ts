import type { User } from "@pos/contracts/users";
import type { View } from "../output/printer.ts";
import { renderFacts } from "../output/table.ts";
import { clean } from "../output/text.ts";

/** How users are shown. */
export const userView: View<User> = {
  kind: "user",
  id: ({ id }) => id,
  columns: [
    { header: "ID", keep: true, value: ({ id }) => id },
    { header: "EMAIL", value: ({ email }) => email },
    { header: "NAME", value: ({ name }) => name },
    { header: "ROLE", value: ({ role }) => role },
    {
      header: "STATUS",
      value: ({ status }) => status,
      paint: (cell, style, { status }) => (status === "suspended" ? style.red(cell) : cell),
    },
    { header: "VERIFIED", value: ({ emailVerified }) => (emailVerified ? "yes" : "no"), wide: true },
    { header: "CREATED", value: ({ createdAt }) => createdAt, wide: true },
  ],
  detail: (user, { style }) =>
    renderFacts(
      [
        ["Id", user.id],
        ["E-mail", `${clean(user.email)}${user.emailVerified ? " (verified)" : ""}`],
        ["Name", clean(user.name)],
        ["Role", user.role],
        ["Status", user.status],
        ["Created", user.createdAt],
        ["Updated", user.updatedAt],
      ],
      style,
    ),
};
