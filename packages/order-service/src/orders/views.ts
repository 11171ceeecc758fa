import { Order, type OrderHistoryEntry } from "@pos/contracts/orders";
import { notFound } from "@pos/service-kit/app-error";
import { wireForm } from "@pos/service-kit/wire-form";
import type { HistoryEntry, StoredOrder } from "../placement/order.ts";

/** Orders that were decoded once are read often. */
const views = new WeakMap<StoredOrder, Order>();

/**
 * An order as it crosses the wire; the same object for the same order.
 * @throws {AppError} NOT_FOUND for a tombstone: to the outside there is no such order
 */
export function orderView(order: StoredOrder): Order {
  const known = views.get(order);
  if (known !== undefined) return known;
  const view = newView(order);
  views.set(order, view);
  return view;
}

const form = wireForm("order", Order);
/** Whether orders have their wire form. */
const forms = new WeakMap<StoredOrder, boolean>();

/**
 * Whether an order can be answered: one that was changed by hand must not take a list from everybody.
 * @param onBroken hears why not, once for the same order
 */
export function hasForm(order: StoredOrder, onBroken: (error: unknown) => void): boolean {
  const known = forms.get(order);
  if (known !== undefined) return known;
  let isWhole = true;
  try {
    form.whole({ id: order.id, view: () => orderView(order) });
  } catch (error) {
    isWhole = false;
    onBroken(error);
  }
  forms.set(order, isWhole);
  return isWhole;
}

function newView(order: StoredOrder): Order {
  const { id, userId, status, totalAmount } = order;
  if (status === "void") throw notFound("order", id);
  return {
    id,
    userId,
    items: order.items.map(({ productId, productName, price, quantity }) => ({
      productId,
      productName,
      price,
      quantity,
    })),
    totalAmount,
    status,
    createdAt: order.createdAt.toISOString(),
    updatedAt: order.updatedAt.toISOString(),
    history: order.history.map(historyView),
  };
}

/** One step of a history as it crosses the wire. */
export function historyView({ status, at, by, reason }: HistoryEntry): OrderHistoryEntry {
  return { status, at: at.toISOString(), by, ...(reason === undefined ? {} : { reason }) };
}
