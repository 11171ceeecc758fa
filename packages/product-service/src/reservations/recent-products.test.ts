import { expect, test } from "bun:test";
import type { ProductStock } from "./protocol.ts";
import { RecentProducts } from "./recent-products.ts";

const lamp: ProductStock = { name: "Lamp", price: 2.5, stockUnits: 10, openUnits: 1, isDeleted: false };
const reading = (ids: readonly string[], product = lamp) => ({
  products: new Map(ids.map((id) => [id, product])),
  nowMs: 1_000_000,
});

/** With a monotonic clock that the test moves. */
function setUp() {
  const clock = { now: 5000 };
  return { clock, recent: new RecentProducts(() => clock.now) };
}

test("recalls what was learnt, with the database's time", () => {
  const { clock, recent } = setUp();
  recent.learn(reading(["a", "b"]));
  clock.now += 250;
  expect(recent.recall(["b"])).toEqual({ products: new Map([["b", lamp]]), nowMs: 1_000_250 });
  expect(recent.recall(["a", "c"])).toBeUndefined();
});

test("books what was committed", () => {
  const { recent } = setUp();
  recent.learn(reading(["a"]));
  const change = { productId: "a", stockDeltaUnits: -3, openDeltaUnits: 3, isTaken: true };
  recent.apply({ productChanges: [change, { ...change, productId: "b" }] });
  expect(recent.recall(["a"])?.products.get("a")).toEqual({ ...lamp, stockUnits: 7, openUnits: 4 });
  expect(recent.recall(["b"])).toBeUndefined();
});

test("what is a minute old is read anew, however often it was sold meanwhile", () => {
  const { clock, recent } = setUp();
  recent.learn(reading(["a"]));
  clock.now += 60_000;
  recent.apply({ productChanges: [{ productId: "a", stockDeltaUnits: -1, openDeltaUnits: 1, isTaken: true }] });
  expect(recent.recall(["a"])).toBeDefined();
  clock.now += 1;
  expect(recent.recall(["a"])).toBeUndefined();
});

test("knows nothing of deleted products, and nothing of those that it was told to forget", () => {
  const { recent } = setUp();
  recent.learn(reading(["a", "b"]));
  recent.learn(reading(["a"], { ...lamp, isDeleted: true }));
  recent.forget(["b"]);
  expect([recent.recall(["a"]), recent.recall(["b"])]).toEqual([undefined, undefined]);
});

test("holds 10,000 products, those that were read last", () => {
  const { recent } = setUp();
  const ids = Array.from({ length: 10_001 }, (_, index) => String(index));
  recent.learn(reading(ids));
  expect(recent.recall(["0"])).toBeUndefined();
  expect(recent.recall(ids.slice(1))).toBeDefined();
});
