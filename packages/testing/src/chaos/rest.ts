import type { Client } from "@pos/client";
import type { BrokenDocument } from "@pos/contracts/audit";
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
      const { orders, broken, nextCursor } = await audit.orders(page(cursor), { timeoutMs: 30_000 });
      return { items: orders, broken, nextCursor };
    }),
    reservations: await allOf(async (cursor) => {
      const { reservations, broken, nextCursor } = await audit.reservations(page(cursor), { timeoutMs: 30_000 });
      return { items: reservations, broken, nextCursor };
    }),
    products: await allOf(async (cursor) => {
      const { products, broken, nextCursor } = await audit.products(page(cursor), { timeoutMs: 30_000 });
      return { items: products, broken, nextCursor };
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

interface BooksPage<Item> {
  readonly items: readonly Item[];
  readonly broken?: readonly BrokenDocument[] | undefined;
  readonly nextCursor?: string | undefined;
}

/** @throws Error for a document that nobody can judge: a verdict over the others alone would be none */
async function allOf<Item>(read: (cursor: string | undefined) => Promise<BooksPage<Item>>): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const next = await read(cursor);
    const [broken] = next.broken ?? [];
    if (broken !== undefined) throw new Error(`cannot be judged: ${broken.id} ${broken.problems.join("; ")}`);
    items.push(...next.items);
    cursor = next.nextCursor;
  } while (cursor !== undefined);
  return items;
}
