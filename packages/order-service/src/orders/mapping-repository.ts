import { ObjectId } from "mongodb";
import type { StoredOrder } from "../placement/order.ts";
import type { OrderDocument } from "./documents.ts";

/** The document of an order. */
export function documentOf(order: StoredOrder): OrderDocument {
  const { id, userId, items, history, outbox, ...rest } = order;
  return {
    _id: ObjectId.createFromHexString(id),
    userId: ObjectId.createFromHexString(userId),
    ...rest,
    items: items.map((item) => ({ ...item, productId: ObjectId.createFromHexString(item.productId) })),
    history: [...history],
    outbox: [...outbox],
  };
}

/** The order in a document. */
export function orderOf({ _id, userId, items, ...rest }: OrderDocument): StoredOrder {
  return {
    id: _id.toHexString(),
    userId: userId.toHexString(),
    ...rest,
    items: items.map((item) => ({ ...item, productId: item.productId.toHexString() })),
  };
}
