import type { OrderStatus } from "@pos/contracts/orders";
import type { MessageKind } from "./order.ts";

const moves: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  pending: ["processing", "cancelled"],
  processing: ["completed", "cancelled"],
  completed: [],
  cancelled: [],
};

/** Statuses that an order in `from` may take next; none when it is final. */
export const allowedMoves = (from: OrderStatus): readonly OrderStatus[] => moves[from];

/** The message to product-service that a change of status causes; undefined when stock is not affected. */
export function messageOf(from: OrderStatus, to: OrderStatus): MessageKind | undefined {
  if (to === "cancelled") return "release";
  return from === "pending" && to === "processing" ? "settle" : undefined;
}
