import { expect, test } from "bun:test";
import type { CheckedOrder, CheckedReservation, Evidence, PlacementRecord } from "./evidence.ts";
import { violationsOf } from "./invariants.ts";

const items = [
  { productId: "p", productName: "Lamp", price: 2, quantity: 1 },
  { productId: "p", productName: "Lamp", price: 2, quantity: 2 },
];
const live: CheckedOrder = {
  id: "live",
  userId: "ada",
  status: "processing",
  rid: "r1",
  keyHash: "k1",
  items,
  history: [{ status: "pending" }, { status: "processing" }],
  outbox: [],
};
const tombstone: CheckedOrder = { ...live, id: "void", status: "void", rid: "r2", items: [], history: [] };
const confirmed: CheckedReservation = {
  orderId: "live",
  rid: "r1",
  state: "confirmed",
  items: [{ productId: "p", quantity: 3 }],
};
const released: CheckedReservation = { ...confirmed, orderId: "void", rid: "r2", state: "released" };
const placement: PlacementRecord = {
  name: "one",
  userId: "ada",
  candidateIds: new Set(["live", "void"]),
  answers: [{ kind: "unknown" }, { kind: "placed", order: { id: "live", userId: "ada", items }, isReplay: true }],
};
const sound: Evidence = {
  orders: [live, tombstone],
  reservations: [confirmed, released],
  products: [{ id: "p", stock: 7, received: 10 }],
  journal: { placements: [placement], changes: [{ orderId: "live", status: "processing" }], alarms: [] },
};
const withOrders = (...orders: CheckedOrder[]): Evidence => ({ ...sound, orders });
const withReservations = (...reservations: CheckedReservation[]): Evidence => ({ ...sound, reservations });
const withPlacement = (change: Partial<PlacementRecord>): Evidence => ({
  ...sound,
  journal: { ...sound.journal, placements: [{ ...placement, ...change }] },
});

test("a sound stack has no violations", () => {
  expect(violationsOf(sound)).toEqual([]);
});

test.each<[string, string[], Evidence]>([
  ["a unit that nobody has", ["I1"], { ...sound, products: [{ id: "p", stock: 6, received: 10 }] }],
  ["stock below zero", ["I1"], { ...sound, products: [{ id: "p", stock: -1, received: 2 }] }],
  ["a told order that is gone", ["I2", "I6"], withOrders(tombstone)],
  ["a told order that is void", ["I2", "I5", "I6"], withOrders({ ...live, status: "void" }, tombstone)],
  ["a told order of another user", ["I2"], withOrders({ ...live, userId: "bob" }, tombstone)],
  ["a told price that changed", ["I2"], withOrders({ ...live, items: items.map((item) => ({ ...item, price: 3 })) })],
  [
    "an acknowledged change that is forgotten",
    ["I2"],
    { ...sound, journal: { ...sound.journal, changes: [{ orderId: "live", status: "completed" }] } },
  ],
  [
    "one key with two orders",
    ["I3", "I4", "I6"],
    withOrders(live, { ...live, id: "twin", history: live.history, rid: "r3" }),
  ],
  ["one placement with two orders", ["I3", "I4", "I6"], withOrders(live, { ...live, id: "void", keyHash: undefined })],
  ["a live order without a reservation", ["I1", "I4", "I6"], withReservations(released)],
  ["a live order that is only held", ["I4", "I7"], withReservations({ ...confirmed, state: "held" })],
  ["a live order with a foreign reservation", ["I4"], withReservations({ ...confirmed, rid: "r9" })],
  [
    "a live order with other items",
    ["I1", "I4", "I6"],
    withReservations({ ...confirmed, items: [{ productId: "p", quantity: 2 }] }),
  ],
  [
    "a cancelled order that keeps its stock",
    ["I5", "I6"],
    withOrders({ ...live, status: "cancelled", history: [...live.history, { status: "cancelled" }] }),
  ],
  ["stock for an order that does not exist", ["I1", "I6"], withReservations(confirmed, { ...confirmed, orderId: "x" })],
  ["a message that never arrived", ["I8"], withOrders({ ...live, outbox: [{ kind: "confirm", state: "dead" }] })],
  [
    "a history that is no path",
    ["I9"],
    withOrders({
      ...live,
      status: "completed",
      history: [{ status: "pending" }, { status: "processing" }, { status: "cancelled" }, { status: "completed" }],
    }),
  ],
  ["an order of a refused placement", ["I10"], withPlacement({ answers: [{ kind: "refused", code: "X" }] })],
  [
    "a user who was denied although they existed",
    ["truth"],
    withPlacement({ candidateIds: undefined, answers: [{ kind: "refused", code: "UNKNOWN_USER", user: "always" }] }),
  ],
  [
    "an order that a repetition is not told of",
    ["truth"],
    withPlacement({ answers: [...placement.answers, { kind: "refused", code: "UNKNOWN_USER", knewOrder: true }] }),
  ],
  ["an alarm of the product", ["alarm"], { ...sound, journal: { ...sound.journal, alarms: ["broken"] } }],
])("%s is seen", (_name, invariants, evidence) => {
  const seen = new Set(violationsOf(evidence).map(({ invariant }) => invariant));
  expect([...seen].sort()).toEqual(invariants as never);
});
