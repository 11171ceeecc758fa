import type { StoredOrder } from "../placement/order.ts";

let counter = 0;

/** 24 hexadecimal digits that nothing else has, higher than those before. */
export const newId = (): string => `a${(++counter).toString(16).padStart(23, "0")}`;

/** A complete order as the repository stores it. */
export function storedOrder(more: Partial<StoredOrder> = {}): StoredOrder {
  const at = more.createdAt ?? new Date("2026-01-01T00:00:00Z");
  return {
    id: newId(),
    userId: newId(),
    status: "pending",
    rid: "0123456789abcdef0123456789abcdef",
    fingerprint: "f".repeat(64),
    items: [{ productId: newId(), productName: "Lamp", price: 2.5, quantity: 2 }],
    totalAmount: 5,
    history: [{ status: "pending", at, by: "system" }],
    outbox: [],
    version: 1,
    createdAt: at,
    updatedAt: at,
    ...more,
  };
}
