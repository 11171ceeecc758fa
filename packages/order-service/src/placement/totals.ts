import { TOTAL_MAX } from "@pos/contracts/limits";
import type { OrderItem } from "@pos/contracts/orders";
import { Big } from "big.js";

/**
 * Total of the lines: exact decimal sum of the prices as sent times quantities, rounded once to the nearest double.
 * @returns undefined when it is over 2^53 − 1
 */
export function totalOf(items: readonly Pick<OrderItem, "price" | "quantity">[]): number | undefined {
  const total = items.reduce((sum, { price, quantity }) => sum.plus(Big(price).times(quantity)), Big(0));
  return total.gt(TOTAL_MAX) ? undefined : Number(total.toString());
}
