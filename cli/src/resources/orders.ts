import type { AuditReservation } from "@pos/contracts/audit";
import type { Order, OrderHistoryEntry, OrderItem, OrderStatus } from "@pos/contracts/orders";
import type { View } from "../output/printer.ts";
import type { Style } from "../output/style.ts";
import { type Column, renderFacts, renderTable, type TableOptions } from "../output/table.ts";
import { money } from "./products.ts";

/** The colour of a status, the same wherever one is shown. */
export function paintStatus(text: string, status: OrderStatus, style: Style): string {
  const colors = { pending: style.yellow, processing: style.blue, completed: style.green, cancelled: style.red };
  return colors[status](text);
}

/** A point in time without its milliseconds. */
export const toSeconds = (at: string): string => at.replace(/\.\d+Z$/, "Z");

/** How orders are shown. */
export const orderView: View<Order> = {
  kind: "order",
  id: ({ id }) => id,
  columns: [
    { header: "ID", keep: true, value: ({ id }) => id },
    {
      header: "STATUS",
      value: ({ status }) => status,
      paint: (cell, style, { status }) => paintStatus(cell, status, style),
    },
    { header: "TOTAL", value: ({ totalAmount }) => money(totalAmount), align: "right" },
    {
      header: "ITEMS",
      value: ({ items }) => unitsOf(items),
    },
    { header: "PLACED", keep: true, value: ({ createdAt }) => toSeconds(createdAt) },
    { header: "USER", keep: true, value: ({ userId }) => userId, wide: true },
    { header: "UPDATED", value: ({ updatedAt }) => updatedAt, wide: true },
  ],
  detail: renderOrder,
};

/** How the steps of an order's life are shown. */
export const historyView: View<OrderHistoryEntry> = {
  kind: "history",
  id: ({ at }) => at,
  columns: [
    { header: "AT", keep: true, value: ({ at }) => at },
    {
      header: "STATUS",
      value: ({ status }) => status,
      paint: (cell, style, { status }) => paintStatus(cell, status, style),
    },
    { header: "BY", keep: true, value: ({ by }) => by },
    { header: "REASON", value: ({ reason }) => reason ?? "-" },
  ],
};

/** How what product-service keeps for an order is shown. */
export const reservationView: View<AuditReservation> = {
  kind: "reservation",
  id: ({ orderId }) => orderId,
  columns: [
    { header: "RESERVATION", value: ({ state }) => state },
    { header: "UNITS", value: ({ items }) => unitsOf(items) },
    { header: "HELD SINCE", keep: true, value: ({ createdAt }) => createdAt },
    { header: "UPDATED", keep: true, value: ({ updatedAt }) => updatedAt },
  ],
};

const unitsOf = (items: readonly OrderItem[]): string =>
  items.map(({ productName, quantity }) => `${quantity} × ${productName}`).join(", ");

const itemColumns: readonly Column<OrderItem>[] = [
  { header: "PRODUCT", value: ({ productName }) => productName },
  { header: "QUANTITY", value: ({ quantity }) => String(quantity), align: "right" },
  { header: "PRICE", value: ({ price }) => money(price), align: "right" },
  { header: "PRODUCT ID", keep: true, value: ({ productId }) => productId },
];

function renderOrder(order: Order, look: TableOptions): string {
  const { style } = look;
  const facts = renderFacts(
    [
      ["Order", order.id],
      ["Status", paintStatus(order.status, order.status, style)],
      ["Total", money(order.totalAmount)],
      ["User", order.userId],
      ["Placed", order.createdAt],
      ["Updated", order.updatedAt],
    ],
    style,
  );
  return `${facts}\n${renderTable(order.items, itemColumns, look)}\n${renderTable(order.history, historyView.columns, look)}`;
}
