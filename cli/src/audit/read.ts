import type { Client } from "@pos/client";
import type { AuditOrder, AuditReservation, BrokenDocument } from "@pos/contracts/audit";
import { allPages } from "@pos/client/pages";
import { judgeForm, type Pair } from "./judge.ts";

const PAGE = 1000;
/**
 * Stock books of a page. For each everything is counted that was ever sold of it, 100,000 sales in half a second: a page
 * must be answered within a call's limit however long the shop has been open.
 */
const BOOKS_PAGE = 100;
/** Everything there is, in pages that may be short: a hundred million books, more orders than that. */
const PAGES_MAX = 1_000_000;

const pageQuery = (cursor: string | undefined, limit = PAGE) => ({
  limit,
  ...(cursor === undefined ? {} : { cursor }),
});

/** One of a list: whole, or broken. */
export type Read<Whole> = { readonly id: string } & (
  { readonly whole: Whole; readonly broken?: never } | { readonly whole?: never; readonly broken: BrokenDocument }
);

/** A page by id, with what is broken in its place. */
function inOrder<Whole>(
  whole: readonly Whole[],
  broken: readonly BrokenDocument[] = [],
  idOf: (item: Whole) => string,
): readonly Read<Whole>[] {
  const all = [
    ...whole.map((item) => ({ id: idOf(item), whole: item })),
    ...broken.map((document) => ({ id: document.id, broken: document })),
  ];
  return broken.length === 0 ? all : all.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Every stock book, a page in memory at a time. */
export const readProducts = (client: Client) =>
  allPages(async (cursor) => {
    const { products, broken, nextCursor } = await client.audit.products(pageQuery(cursor, BOOKS_PAGE));
    return { items: inOrder(products, broken, ({ id }) => id), nextCursor };
  }, PAGES_MAX);

const readOrders = (client: Client) =>
  allPages(async (cursor) => {
    const { orders, broken, nextCursor } = await client.audit.orders(pageQuery(cursor));
    return { items: inOrder(orders, broken, ({ id }) => id), nextCursor };
  }, PAGES_MAX);

const readReservations = (client: Client) =>
  allPages(async (cursor) => {
    const { reservations, broken, nextCursor } = await client.audit.reservations(pageQuery(cursor));
    return { items: inOrder(reservations, broken, ({ orderId }) => orderId), nextCursor };
  }, PAGES_MAX);

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
    const reservationId = reservation?.id ?? "~";
    const id = orderId < reservationId ? orderId : reservationId;
    yield pairOf(id, orderId === id ? order : undefined, reservationId === id ? reservation : undefined);
    if (orderId === id) order = await nextOf(orders);
    if (reservationId === id) reservation = await nextOf(reservations);
  }
}

function pairOf(
  id: string,
  order: Read<AuditOrder> | undefined,
  reservation: Read<AuditReservation> | undefined,
): Pair {
  const broken = [
    ...(order?.broken === undefined ? [] : [judgeForm("order", order.broken)]),
    ...(reservation?.broken === undefined ? [] : [judgeForm("reservation", reservation.broken)]),
  ];
  const pair = { id, order: order?.whole, reservation: reservation?.whole };
  return broken.length === 0 ? pair : { ...pair, broken };
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
