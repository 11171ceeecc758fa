import { describe, expect, test } from "bun:test";
import type { AuditOrder, AuditReservation, OutboxEntry } from "@pos/contracts/audit";
import { judgePair, judgeProduct } from "./judge.ts";
import { KeyCheck } from "./keys.ts";

const id = "a".repeat(24);
const userId = "b".repeat(24);
const at = "2026-01-31T12:00:00.000Z";
const mouse = { productId: "c".repeat(24), productName: "Mouse", price: 20, quantity: 2 };
const desk = { productId: "d".repeat(24), productName: "Desk", price: 420, quantity: 1 };
const shared = { rid: "r1", userId, fingerprint: "f1", createdAt: at, ageMs: 5000 };

const orderOf = (changes: Partial<AuditOrder> = {}): AuditOrder => ({
  ...shared,
  id,
  status: "pending",
  items: [mouse, desk],
  history: [{ status: "pending", at, by: userId }],
  outbox: [],
  ...changes,
});
const reservationOf = (changes: Partial<AuditReservation> = {}): AuditReservation => ({
  ...shared,
  orderId: id,
  state: "confirmed",
  items: [mouse, desk],
  updatedAt: at,
  ...changes,
});
const message: OutboxEntry = { id: "1", kind: "confirm", state: "dead", tries: 20, createdAt: at, nextAt: at };
const path = (...statuses: AuditOrder["history"][number]["status"][]) =>
  statuses.map((status) => ({ status, at, by: userId }));

/** What is found of a pair: the invariant and the sentence. */
const judged = (order?: AuditOrder, reservation?: AuditReservation): readonly string[] =>
  judgePair({ id, order, reservation }).map(({ invariant, sentence }) => `${invariant} ${sentence}`);

describe("nothing is found in", () => {
  const cases: Readonly<Record<string, readonly [order?: AuditOrder | undefined, reservation?: AuditReservation]>> = {
    "a live order with its confirmed reservation": [orderOf(), reservationOf()],
    "lines in another order, one product on two lines": [
      orderOf({ items: [desk, { ...mouse, quantity: 1 }, { ...mouse, quantity: 1 }] }),
      reservationOf(),
    ],
    "a cancelled order whose stock came back": [
      orderOf({ status: "cancelled", history: path("pending", "processing", "cancelled") }),
      reservationOf({ state: "released" }),
    ],
    "a tombstone without a reservation": [orderOf({ status: "void", history: [], items: [] })],
    "a released reservation without an order": [undefined, reservationOf({ state: "released" })],
    "a completed order": [
      orderOf({ status: "completed", history: path("pending", "processing", "completed") }),
      reservationOf(),
    ],
  };
  for (const [name, [order, reservation]] of Object.entries(cases))
    test(name, () => expect(judged(order, reservation)).toEqual([]));
});

describe("something is found in", () => {
  const cases: readonly (readonly [
    string,
    readonly [order?: AuditOrder | undefined, reservation?: AuditReservation],
    readonly string[],
  ])[] = [
    ["units confirmed for no order", [undefined, reservationOf()], ["I6 3 units are confirmed for no order"]],
    [
      "a cancelled order that holds stock",
      [orderOf({ status: "cancelled", history: path("pending", "cancelled") }), reservationOf()],
      ["I5 it is cancelled, and 3 units are confirmed"],
    ],
    [
      "a tombstone that holds stock",
      [orderOf({ status: "void", history: [] }), reservationOf({ state: "held" })],
      ["I5 it is void, and 3 units are held", "I7 it has been held for 5 s"],
    ],
    [
      "an order without a reservation",
      [orderOf()],
      ["I4 it is pending, and it has no reservation", "I6 its 3 units are taken from no stock"],
    ],
    [
      "an order whose reservation was released",
      [orderOf(), reservationOf({ state: "released" })],
      ["I4 it is pending, and its reservation is released", "I6 its 3 units are taken from no stock"],
    ],
    ["another reservation", [orderOf(), reservationOf({ rid: "r2" })], ["I4 its reservation is another one (rid)"]],
    [
      "a reservation of somebody else",
      [orderOf(), reservationOf({ userId: "e".repeat(24) })],
      ["I4 its reservation belongs to another user"],
    ],
    [
      "a reservation of another request",
      [orderOf(), reservationOf({ fingerprint: "f2" })],
      ["I4 its reservation was made for another fingerprint"],
    ],
    [
      "another price",
      [orderOf(), reservationOf({ items: [{ ...mouse, price: 21 }, desk] })],
      ["I4 its reservation holds other items"],
    ],
    [
      "fewer units taken than ordered",
      [orderOf(), reservationOf({ items: [{ ...mouse, quantity: 1 }, desk] })],
      ["I4 its reservation holds other items", "I6 3 units ordered, 2 taken"],
    ],
    [
      "an order whose reservation is still held",
      [orderOf(), reservationOf({ state: "held" })],
      ["I4 it is pending, and its reservation is still held", "I7 it has been held for 5 s"],
    ],
    [
      "a message that nobody takes",
      [orderOf({ outbox: [{ ...message, lastError: "404" }] }), reservationOf()],
      ['I8 its message "confirm" is dead after 20 tries: 404'],
    ],
    [
      "a step that is no move",
      [orderOf({ status: "processing", history: path("pending", "completed", "processing") }), reservationOf()],
      ["I9 it is processing after pending → completed → processing"],
    ],
    ["a life that did not begin", [orderOf({ history: [] }), reservationOf()], ["I9 it is pending after nothing"]],
    [
      "a status that the history does not know",
      [orderOf({ status: "completed", history: path("pending", "processing") }), reservationOf()],
      ["I9 it is completed after pending → processing"],
    ],
  ];
  for (const [name, [order, reservation], found] of cases)
    test(name, () => expect(judged(order, reservation)).toEqual([...found]));
});

test("a stock book must add up and not go below nothing", () => {
  const book = { id, stock: 5, received: 10, heldUnits: 2, confirmedUnits: 3, deleted: false };
  expect(judgeProduct(book)).toEqual([]);
  expect(judgeProduct({ ...book, stock: 6 }).map(({ sentence }) => sentence)).toEqual([
    "received 10, but stock 6 + held 2 + confirmed 3 = 11",
  ]);
  expect(judgeProduct({ ...book, stock: -1, received: 4 }).map(({ sentence }) => sentence)).toEqual([
    "its stock is -1",
  ]);
});

describe("one key", () => {
  const keyed = (name: string, keyHash: string, status: AuditOrder["status"] = "pending") =>
    orderOf({ id: name, keyHash, status });

  test("stands for one order that is not void", () => {
    const keys = new KeyCheck({ bucket: 0, bucketCount: 1, keysMax: 10 });
    expect(keys.add(keyed("1", "00000001"))).toEqual([]);
    expect(keys.add(keyed("2", "00000001", "void"))).toEqual([]);
    expect(keys.add(orderOf())).toEqual([]);
    expect(keys.add(keyed("3", "00000001"))).toEqual([
      { invariant: "I3", subject: "order/3/key", sentence: "order 1 was placed with the same key" },
    ]);
  });

  test("is looked at in one bucket alone, and a full round decides nothing", () => {
    const odd = new KeyCheck({ bucket: 1, bucketCount: 2, keysMax: 1 });
    odd.add(keyed("1", "00000002"));
    expect(odd.add(keyed("2", "00000002"))).toEqual([]);
    odd.add(keyed("3", "00000001"));
    expect(odd.add(keyed("4", "00000001"))).toHaveLength(1);
    expect(odd.isFull).toBe(false);
    odd.add(keyed("5", "00000003"));
    expect(odd.isFull).toBe(true);
    expect(odd.add(keyed("6", "00000001"))).toEqual([]);
  });
});
