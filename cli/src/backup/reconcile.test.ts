import { expect, test } from "bun:test";
import type { Document } from "mongodb";
import { type CopiedOrder, type CopiedReservation, reconcile } from "./reconcile.ts";

const now = new Date("2026-01-01T00:00:00Z");
const order = (status: CopiedOrder["status"], outbox: readonly Document[] = []): CopiedOrder => ({ status, outbox });
const reservation = (state: CopiedReservation["state"], isOpen = true): CopiedReservation => ({
  rid: "r1",
  state,
  isOpen,
});
const kinds = (fitted: CopiedOrder | undefined) => fitted?.outbox.map((entry) => entry["kind"]);

test("an order that fits its reservation stays as it is", () => {
  for (const [status, found] of [
    ["pending", reservation("confirmed")],
    // The reaper confirms it, as after any crash.
    ["pending", reservation("held")],
    ["processing", reservation("confirmed", false)],
    ["completed", reservation("confirmed", false)],
    ["cancelled", reservation("released", false)],
    ["void", reservation("released", false)],
  ] as const) {
    const fitting = order(status);
    expect(reconcile(fitting, found, now)).toBe(fitting);
  }
});

test("a reservation that was copied before its order moved on is led there by a message", () => {
  expect(kinds(reconcile(order("processing"), reservation("held"), now))).toEqual(["settle"]);
  expect(kinds(reconcile(order("completed"), reservation("confirmed"), now))).toEqual(["settle"]);
  expect(kinds(reconcile(order("cancelled"), reservation("confirmed"), now))).toEqual(["release"]);
  expect(kinds(reconcile(order("void"), reservation("held"), now))).toEqual(["release"]);
});

test("a message that waits already is not doubled, one that is dead is sent anew", () => {
  const entry = { id: "1", kind: "release", rid: "r1", state: "pending" };
  expect(kinds(reconcile(order("void", [entry]), reservation("held"), now))).toEqual(["release"]);
  expect(kinds(reconcile(order("void", [{ ...entry, state: "dead" }]), reservation("held"), now))).toHaveLength(2);
});

test("an order that came after the copied stock book is left out, a tombstone stays", () => {
  expect(reconcile(order("pending"), undefined, now)).toBeUndefined();
  expect(reconcile(order("cancelled"), undefined, now)).toBeUndefined();
  const tombstone = order("void");
  expect(reconcile(tombstone, undefined, now)).toBe(tombstone);
});
