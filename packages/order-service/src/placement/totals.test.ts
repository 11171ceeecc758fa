import { expect, test } from "bun:test";
import { price } from "@pos/testing/arbitraries";
import fc from "fast-check";
import { exactTotal } from "../test/exact-total.ts";
import { totalOf } from "./totals.ts";

test("three times 0.1 is 0.3, and ten dimes are one", () => {
  expect(totalOf([{ price: 0.1, quantity: 3 }])).toBe(0.3);
  expect(totalOf(Array.from({ length: 10 }, () => ({ price: 0.1, quantity: 1 })))).toBe(1);
});

test("a total is the exact decimal sum, rounded once", () => {
  const lines = fc.array(fc.record({ price: price(), quantity: fc.integer({ min: 1, max: 1_000_000 }) }), {
    minLength: 1,
    maxLength: 10,
  });
  fc.assert(
    fc.property(lines, (given) => {
      const exact = exactTotal(given);
      if (exact < Number.MAX_SAFE_INTEGER) expect(totalOf(given)).toBe(exact);
      else if (exact > Number.MAX_SAFE_INTEGER) expect(totalOf(given)).toBeUndefined();
    }),
    { numRuns: 1000 },
  );
});

test("the limit itself is a total, the least amount over it is not", () => {
  const limit = { price: Number.MAX_SAFE_INTEGER, quantity: 1 };
  expect(totalOf([limit])).toBe(Number.MAX_SAFE_INTEGER);
  expect(totalOf([limit, { price: 5e-324, quantity: 1 }])).toBeUndefined();
});
