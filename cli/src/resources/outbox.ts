import type { OutboxList } from "@pos/contracts/audit";
import type { View } from "../output/printer.ts";

type Item = OutboxList["entries"][number];

/** How messages to product-service are shown. */
export const outboxView: View<Item> = {
  kind: "outbox",
  id: ({ orderId, entry }) => `${orderId}/${entry.id}`,
  columns: [
    { header: "ORDER", keep: true, value: ({ orderId }) => orderId },
    { header: "ENTRY", keep: true, value: ({ entry }) => entry.id },
    { header: "KIND", value: ({ entry }) => entry.kind },
    {
      header: "STATE",
      value: ({ entry }) => entry.state,
      paint: (cell, style, { entry }) => (entry.state === "dead" ? style.red(cell) : cell),
    },
    { header: "TRIES", value: ({ entry }) => String(entry.tries), align: "right" },
    { header: "NEXT", value: ({ entry }) => entry.nextAt, wide: true },
    { header: "LAST ERROR", value: ({ entry }) => entry.lastError ?? "-" },
  ],
};
