import { type Static, Type } from "@sinclair/typebox";
import { ORDER_ITEMS_MAX, QUANTITY_MAX, TOTAL_MAX } from "./limits.ts";
import { ClosedObject, Cursor, Id, pageQuery, StringEnum, Text, Timestamp, WholeNumber } from "./primitives.ts";
import { Price, ProductName } from "./products.ts";

/** What an order can be for its readers; a tombstone (`void`) is none for them. */
export const orderStatuses = ["pending", "processing", "completed", "cancelled"] as const;
/** Status of an order. */
export const OrderStatus = StringEnum(orderStatuses, { title: "OrderStatus" });
export type OrderStatus = Static<typeof OrderStatus>;

/** Units of one line. */
export const Quantity = WholeNumber({ minimum: 1, maximum: QUANTITY_MAX, examples: [2] });

/** One line of an order, with the product's name and price as they were when it was placed. */
export const OrderItem = ClosedObject(
  { productId: Id, productName: ProductName, price: Price, quantity: Quantity },
  { title: "OrderItem" },
);
export type OrderItem = Static<typeof OrderItem>;

/** One step of an order's life. */
export const OrderHistoryEntry = ClosedObject(
  {
    status: OrderStatus,
    at: Timestamp,
    by: Type.String({
      maxLength: 100,
      description: "Id of the user who did it; `system` for entries filled in by a migration",
      examples: ["65f1c0ffee0123456789abcd"],
    }),
    reason: Type.Optional(Text({ minLength: 1, maxLength: 500 })),
  },
  { title: "OrderHistoryEntry" },
);
export type OrderHistoryEntry = Static<typeof OrderHistoryEntry>;

/** An order as answered: the lines as they were sent, and the sum of them in exact decimal arithmetic, rounded once. */
export const Order = ClosedObject(
  {
    id: Id,
    userId: Id,
    items: Type.Array(OrderItem, { minItems: 1, maxItems: ORDER_ITEMS_MAX }),
    totalAmount: Type.Number({ minimum: 0, maximum: TOTAL_MAX, examples: [119.8] }),
    status: OrderStatus,
    createdAt: Timestamp,
    updatedAt: Timestamp,
    history: Type.Array(OrderHistoryEntry, { minItems: 1 }),
  },
  { title: "Order", description: "Order" },
);
export type Order = Static<typeof Order>;

/** A product, and how many units of it are ordered. */
export const RequestedItem = ClosedObject({ productId: Id, quantity: Quantity }, { title: "RequestedItem" });
export type RequestedItem = Static<typeof RequestedItem>;

/** Body of POST /orders: 1 to 100 lines; a product may stand in several. */
export const CreateOrder = ClosedObject(
  {
    userId: Id,
    items: Type.Array(RequestedItem, { minItems: 1, maxItems: ORDER_ITEMS_MAX }),
  },
  { title: "CreateOrder" },
);
export type CreateOrder = Static<typeof CreateOrder>;

/** Path of /orders/:id and what lies below it. */
export const OrderParams = ClosedObject({ id: Id });
/** Path of GET /orders/user/:userId. */
export const OrderUserParams = ClosedObject({ userId: Id });

const filters = {
  status: Type.Optional({ ...OrderStatus, description: "Only orders in this status" }),
  since: Type.Optional(
    Type.String({
      maxLength: 40,
      pattern: "^\\d{4}-\\d{2}-\\d{2}([Tt]([01]\\d|2[0-3]):\\d{2}:\\d{2}(\\.\\d{1,9})?([Zz]|[+-]\\d{2}:\\d{2}))?$",
      description: "RFC 3339 date or time: only orders created then or later",
      examples: ["2026-01-31"],
    }),
  ),
};
/** Query of GET /orders/user/:userId. */
export const UserOrderListQuery = ClosedObject({ ...pageQuery, ...filters });
export type UserOrderListQuery = Static<typeof UserOrderListQuery>;
/** Query of GET /orders. */
export const OrderListQuery = ClosedObject({ ...pageQuery, ...filters, userId: Type.Optional(Id) });
export type OrderListQuery = Static<typeof OrderListQuery>;

/** Answer of GET /orders and GET /orders/user/:userId. */
export const OrderList = ClosedObject(
  { orders: Type.Array(Order), nextCursor: Type.Optional(Cursor) },
  { title: "OrderList", description: "A page of orders, newest first" },
);
export type OrderList = Static<typeof OrderList>;

/** Body of PUT /orders/:id/status; the reason goes into the history. */
export const ChangeOrderStatus = ClosedObject(
  {
    status: OrderStatus,
    reason: Type.Optional(Text({ minLength: 1, maxLength: 500 })),
  },
  { title: "ChangeOrderStatus", examples: [{ status: "processing" }] },
);
export type ChangeOrderStatus = Static<typeof ChangeOrderStatus>;

/** What an Idempotency-Key looks like: 1 to 255 visible ASCII characters. */
export const idempotencyKeyPattern = /^[\x21-\x7e]{1,255}$/;
