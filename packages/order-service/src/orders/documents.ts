import type { OrderStatus } from "@pos/contracts/orders";
import type { ObjectId } from "mongodb";
import type { HistoryEntry, OrderState, OutboxEntry } from "../placement/order.ts";

/** One line as it is stored. */
export interface ItemDocument {
  productId: ObjectId;
  productName: string;
  price: number;
  quantity: number;
}

/** An order, or the tombstone of one, as it is stored. */
export interface OrderDocument {
  _id: ObjectId;
  userId: ObjectId;
  status: OrderState;
  rid?: string;
  fingerprint: string;
  keyHash?: string;
  items: ItemDocument[];
  totalAmount: number;
  history: HistoryEntry[];
  outbox: OutboxEntry[];
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** Statuses of orders that people see; a list asks for these, so tombstones stay out. */
export const visibleStatuses: readonly OrderStatus[] = ["pending", "processing", "completed", "cancelled"];
