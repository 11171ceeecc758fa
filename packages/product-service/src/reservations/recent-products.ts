import type { BatchDecision, ProductStock } from "./protocol.ts";

/** Most products that are remembered. */
const PRODUCTS_MAX = 10_000;
/** How long a product may be used after it was read, in milliseconds. */
const AGE_MAX_MS = 60_000;

interface Remembered {
  readonly product: ProductStock;
  /** By the monotonic clock, when the database said so. */
  readonly readAt: number;
}

/** The products as read from the database at some time. */
export interface Reading {
  /** By product id. */
  readonly products: ReadonlyMap<string, ProductStock>;
  /** Milliseconds since the epoch by the database's clock. */
  readonly nowMs: number;
}

/**
 * Products as this process last saw them. Others change them too, so this is a guess: a decision based on it must be
 * checked by the write.
 */
export class RecentProducts {
  /** By product id; what was read longest ago first. */
  readonly #byId = new Map<string, Remembered>();
  /** The database's clock less the monotonic one, in milliseconds. */
  #clockAheadMs = 0;
  readonly #monotonicNow: () => number;

  /** @param monotonicNow milliseconds from any starting point, unaffected by the wall clock */
  constructor(monotonicNow: () => number = () => performance.now()) {
    this.#monotonicNow = monotonicNow;
  }

  /** Remembers what was just read. */
  learn({ products, nowMs }: Reading): void {
    if (products.size === 0) return;
    const readAt = this.#monotonicNow();
    this.#clockAheadMs = nowMs - readAt;
    for (const [productId, product] of products) {
      this.#byId.delete(productId);
      if (!product.isDeleted) this.#byId.set(productId, { product, readAt });
    }
    for (const oldest of this.#byId.keys()) {
      if (this.#byId.size <= PRODUCTS_MAX) break;
      this.#byId.delete(oldest);
    }
  }

  /** @returns undefined when one of them is unknown or too old */
  recall(productIds: Iterable<string>): Reading | undefined {
    const now = this.#monotonicNow();
    const products = new Map<string, ProductStock>();
    for (const productId of productIds) {
      const known = this.#byId.get(productId);
      if (known === undefined || now - known.readAt > AGE_MAX_MS) return undefined;
      products.set(productId, known.product);
    }
    return { products, nowMs: Math.round(now + this.#clockAheadMs) };
  }

  /** Applies committed changes. */
  apply({ productChanges }: Pick<BatchDecision, "productChanges">): void {
    for (const { productId, stockDeltaUnits, openDeltaUnits } of productChanges) {
      const known = this.#byId.get(productId);
      if (known === undefined) continue;
      const { product, readAt } = known;
      const stockUnits = product.stockUnits + stockDeltaUnits;
      const openUnits = product.openUnits + openDeltaUnits;
      this.#byId.set(productId, { product: { ...product, stockUnits, openUnits }, readAt });
    }
  }

  /** Forgets products whose remembered state turned out to be wrong. */
  forget(productIds: Iterable<string>): void {
    for (const productId of productIds) this.#byId.delete(productId);
  }
}
