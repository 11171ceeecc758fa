import type { Client } from "@pos/client";
import { QUANTITY_MAX } from "@pos/contracts/limits";
import { idempotencyKeyPattern } from "@pos/contracts/orders";
import type { Product } from "@pos/contracts/products";
import { CliError, usageError } from "./errors.ts";
import { clean } from "./output/text.ts";

/** A line of an order as it was typed. */
export interface TypedItem {
  /** Id or exact name. */
  readonly product: string;
  readonly quantity: number;
}

const idForm = /^[0-9a-fA-F]{24}$/;
const SAME_NAME_MAX = 5;

/**
 * The id of an order, as it was typed or pasted.
 * @throws {CliError} USAGE
 */
export function orderIdOf(given: string): string {
  const id = given.trim();
  if (idForm.test(id)) return id;
  throw usageError(
    `"${clean(given)}" is not an order id; an order id has 24 hexadecimal digits.`,
    "ordersctl orders list",
  );
}

/**
 * What goes out as Idempotency-Key: the one that was typed, else a new one.
 * @throws {CliError} USAGE for one that no request can carry
 */
export function idempotencyKeyOf(given: string | undefined): string {
  if (given !== undefined && !idempotencyKeyPattern.test(given))
    throw usageError("--idempotency-key must be 1 to 255 visible ASCII characters.");
  return given ?? crypto.randomUUID();
}

/**
 * Reads `PRODUCT=QUANTITY`; without a quantity it is 1. The name may hold further `=`.
 * @throws {CliError} USAGE
 */
export function parseItem(text: string): TypedItem {
  const wrong = (why: string) => usageError(`"${text}" ${why}.`, '--item "Keyboard=2"');
  const match = /^(.*)=(\d+)$/s.exec(text);
  if (match === null && /=[^=]*$/.test(text)) throw wrong('has no whole number behind the last "="');
  const [, product = text, digits = "1"] = match ?? [];
  if (product === "") throw wrong("names no product");
  const quantity = Number(digits);
  if (quantity < 1 || quantity > QUANTITY_MAX) throw wrong(`must order 1 to ${QUANTITY_MAX} units`);
  return { product, quantity };
}

/**
 * The product of an id or an exact name.
 * @throws {CliError} when none or several have the name
 */
export async function findProduct(client: Client, given: string): Promise<Product> {
  if (idForm.test(given)) return client.products.get(given);
  const { products, nextCursor } = await client.products.list({ name: given, limit: SAME_NAME_MAX });
  const [product, ...others] = products;
  if (product === undefined) {
    throw new CliError(`There is no product called "${clean(given)}".`, { tries: ["ordersctl products list"] });
  }
  if (others.length > 0) {
    throw new CliError(
      `${nextCursor === undefined ? products.length : "Many"} products are called "${clean(given)}".`,
      {
        why: products.map(({ id, price, stock }) => `${id}  price ${price}, stock ${stock}`),
        tries: ["the same command with the id"],
      },
    );
  }
  return product;
}

/** The id of a product that may be given by its name: an id is taken as it is, without a request. */
export const productIdOf = async (client: Client, given: string): Promise<string> =>
  idForm.test(given) ? given : (await findProduct(client, given)).id;
