import { QUANTITY_MAX } from "@pos/contracts/limits";
import { hash } from "node:crypto";
import type { Line } from "./ports.ts";

const ORDER_ID_DIGITS = 24;

/**
 * The order id of attempt `attempt` (from 0) under an Idempotency-Key: the first 12 bytes of SHA-256 over the
 * length-prefixed user, key and attempt. Equal requests meet at one id without a lookup. It is computable by anyone who
 * knows the key, so an order id is never a secret.
 */
export function deriveOrderId(userId: string, key: string, attempt: number): string {
  return digest(["order/v1", userId, key, String(attempt)]).slice(0, ORDER_ID_DIGITS);
}

/** A one-way hash of user and Idempotency-Key, stored with the order in place of the key. */
export function keyHashOf(userId: string, key: string): string {
  return digest(["key/v1", userId, key]);
}

/** SHA-256 over the lines of an order, whatever their order and however often a product stands in them. */
export function fingerprintOf(lines: readonly Line[]): string {
  return digest(["items/v1", ...mergeLines(lines).flatMap(({ productId, quantity }) => [productId, String(quantity)])]);
}

/** One line per product, sorted by product id. */
export function mergeLines(lines: readonly Line[]): readonly Line[] {
  const units = new Map<string, number>();
  for (const { productId, quantity } of lines) units.set(productId, (units.get(productId) ?? 0) + quantity);
  return [...units]
    .map(([productId, quantity]) => ({ productId, quantity }))
    .sort((a, b) => (a.productId < b.productId ? -1 : 1));
}

/** The product whose merged units are over the limit of one reservation; undefined when there is none. */
export function overLimitProduct(lines: readonly Line[]): string | undefined {
  return mergeLines(lines).find(({ quantity }) => quantity > QUANTITY_MAX)?.productId;
}

/** Each part is prefixed by its length in bytes, so that no two lists of parts read the same. */
function digest(parts: readonly string[]): string {
  return hash("sha256", parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(""), "hex");
}
