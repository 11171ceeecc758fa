import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { deriveOrderId, fingerprintOf, keyHashOf, mergeLines, overLimitProduct } from "./identity.ts";

const user = "65f1c0ffee0123456789abcd";
const product = (digit: string) => digit.repeat(24);
const lines = fc.array(
  fc.record({ productId: fc.constantFrom(..."abcd").map(product), quantity: fc.integer({ min: 1, max: 1000 }) }),
  { minLength: 1, maxLength: 8 },
);
const key = fc.stringMatching(/^[\x21-\x7e]{1,40}$/);

describe("an order id", () => {
  test("is the same for the same user, key and attempt, for ever", () => {
    // Fixed values: another derivation would place an order twice for a client that retries over an upgrade.
    expect(deriveOrderId(user, "cart-7", 0)).toBe("8ca25f1347fd3ae867abd7af");
    expect(deriveOrderId(user, "cart-7", 1)).toBe("74addb5e596b218cc126e1be");
  });

  test("differs when user, key or attempt differ, wherever one ends and the next begins", () => {
    fc.assert(
      fc.property(key, key, fc.nat({ max: 20 }), fc.nat({ max: 20 }), (a, b, n, m) => {
        expect(deriveOrderId(user, a, n) === deriveOrderId(user, b, m)).toBe(a === b && n === m);
        expect(deriveOrderId(user, `${a}${n}`, m)).not.toBe(deriveOrderId(user + a, String(n), m));
        expect(keyHashOf(user, a)).not.toContain(a.length > 8 ? a : "\0");
      }),
    );
  });
});

describe("a fingerprint", () => {
  test("is the same for the same lines, for ever", () => {
    // A fixed value: it is stored with the order, and another one would refuse a client that retries over an upgrade.
    const given = [product("b"), product("a")].map((productId, index) => ({ productId, quantity: index + 1 }));
    expect(fingerprintOf(given)).toBe("fd255212b4f37e1016ed6c3298383084a3d7c9dc52ff3ec2be39e7b09d0a243c");
  });

  test("does not see the order of lines, nor how a product's units are spread over lines", () => {
    fc.assert(
      fc.property(lines, fc.infiniteStream(fc.nat()), (given, order) => {
        const shuffled = given
          .flatMap((line) =>
            line.quantity > 1
              ? [
                  { ...line, quantity: 1 },
                  { ...line, quantity: line.quantity - 1 },
                ]
              : [line],
          )
          .map((line) => ({ line, at: order.next().value }))
          .sort((a, b) => a.at - b.at)
          .map(({ line }) => line);
        expect(fingerprintOf(shuffled)).toBe(fingerprintOf(given));
        expect(mergeLines(shuffled)).toEqual(mergeLines(given));
      }),
    );
  });

  test("sees every unit", () => {
    fc.assert(
      fc.property(lines, fc.nat(), (given, at) => {
        const more = given.map((line, index) =>
          index === at % given.length ? { ...line, quantity: line.quantity + 1 } : line,
        );
        expect(fingerprintOf(more)).not.toBe(fingerprintOf(given));
      }),
    );
  });
});

test("merged units over the limit name their product", () => {
  const half = { productId: product("b"), quantity: 500_000 };
  expect(overLimitProduct([half, half])).toBeUndefined();
  expect(overLimitProduct([half, half, { productId: product("b"), quantity: 1 }])).toBe(product("b"));
});
