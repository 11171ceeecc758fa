import type { Client } from "@pos/client";
import type { AuditOrder, AuditReservation } from "@pos/contracts/audit";
import { allPages } from "@pos/client/pages";
import type { Pair } from "./judge.ts";

const PAGE = 1000;

const pageQuery = (cursor: string | undefined) => ({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });

/** Every stock book, a page in memory at a time. */
export const readProducts = (client: Client) =>
  allPages(async (cursor) => {
    const { products, nextCursor } = await client.audit.products(pageQuery(cursor));
    return { items: products, nextCursor };
  });

const readOrders = (client: Client) =>
  allPages(async (cursor) => {
    const { orders, nextCursor } = await client.audit.orders(pageQuery(cursor));
    return { items: orders, nextCursor };
  });

const readReservations = (client: Client) =>
  allPages(async (cursor) => {
    const { reservations, nextCursor } = await client.audit.reservations(pageQuery(cursor));
    return { items: reservations, nextCursor };
  });

/**
 * Every order with its reservation, and every reservation without an order, by id: both lists come in that order, so
 * they are joined page by page.
 */
export async function* readPairs(client: Client): AsyncGenerator<Pair, void, undefined> {
  const orders = readOrders(client);
  const reservations = readReservations(client);
  let order = await nextOf(orders);
  let reservation = await nextOf(reservations);
  while (order !== undefined || reservation !== undefined) {
    const orderId = order?.id ?? "~";
    const reservationId = reservation?.orderId ?? "~";
    const id = orderId < reservationId ? orderId : reservationId;
    yield {
      id,
      order: orderId === id ? order : undefined,
      reservation: reservationId === id ? reservation : undefined,
    };
    if (orderId === id) order = await nextOf(orders);
    if (reservationId === id) reservation = await nextOf(reservations);
  }
}

/** One pair, read anew. */
export async function readPair(client: Client, id: string): Promise<Pair> {
  const { ApiError } = await import("@pos/client/errors");
  const orAbsent = async <Value>(read: Promise<Value>): Promise<Value | undefined> => {
    try {
      return await read;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  };
  const [order, reservation] = await Promise.all([
    orAbsent<AuditOrder>(client.audit.order(id)),
    orAbsent<AuditReservation>(client.audit.reservation(id)),
  ]);
  return { id, order, reservation };
}

async function nextOf<Item>(items: AsyncGenerator<Item, void, undefined>): Promise<Item | undefined> {
  const next = await items.next();
  return next.done === true ? undefined : next.value;
}
