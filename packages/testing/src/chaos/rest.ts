import type { Client } from "@pos/client";
import type { CheckedOrder, CheckedProduct, CheckedReservation } from "../simulator/evidence.ts";

/** The books of all services. */
export interface Books {
  readonly orders: readonly CheckedOrder[];
  readonly reservations: readonly CheckedReservation[];
  readonly products: readonly CheckedProduct[];
}

const PAGE = 1000;
const POLL_MS = 500;

/** Reads everything through the audit routes. */
export async function readBooks({ audit }: Client): Promise<Books> {
  return {
    orders: await allOf(async (cursor) => {
      const { orders, nextCursor } = await audit.orders(page(cursor), { timeoutMs: 30_000 });
      return { items: orders, nextCursor };
    }),
    reservations: await allOf(async (cursor) => {
      const { reservations, nextCursor } = await audit.reservations(page(cursor), { timeoutMs: 30_000 });
      return { items: reservations, nextCursor };
    }),
    products: await allOf(async (cursor) => {
      const { products, nextCursor } = await audit.products(page(cursor), { timeoutMs: 30_000 });
      return { items: products, nextCursor };
    }),
  };
}

/**
 * Waits until nothing is held and no message waits, at most so long.
 * @returns how long it took, in milliseconds; undefined when it was not enough
 */
export async function waitForRest(admin: Client, limitMs: number): Promise<number | undefined> {
  const startedAtMs = performance.now();
  for (;;) {
    const isQuiet = await Promise.all([
      admin.audit.products({ limit: PAGE }),
      admin.audit.outbox({ state: "pending", limit: 1 }),
    ]).then(
      ([{ products }, { entries }]) => products.every(({ heldUnits }) => heldUnits === 0) && entries.length === 0,
      () => false,
    );
    const tookMs = performance.now() - startedAtMs;
    if (isQuiet) return tookMs;
    if (tookMs > limitMs) return undefined;
    await Bun.sleep(POLL_MS);
  }
}

const page = (cursor: string | undefined) => ({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });

async function allOf<Item>(
  read: (cursor: string | undefined) => Promise<{ items: readonly Item[]; nextCursor: string | undefined }>,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const next = await read(cursor);
    items.push(...next.items);
    cursor = next.nextCursor;
  } while (cursor !== undefined);
  return items;
}
