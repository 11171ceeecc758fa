import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  type BatchDecision,
  type BatchSnapshot,
  decideBatch,
  type Job,
  type Outcome,
  pairKey,
  pairsToCount,
  type ProductStock,
  type ReservationRecord,
} from "./protocol.ts";

/** The database as the protocol sees it. */
interface Store {
  readonly products: Map<string, ProductStock>;
  readonly reservations: Map<string, ReservationRecord>;
}

const limit = 12;
const productIds = ["p1", "p2", "p3"];
const orderIds = ["o1", "o2", "o3", "o4", "o5", "o6"];

const items = fc
  .uniqueArray(
    fc.record({ productId: fc.constantFrom(...productIds, "none"), quantity: fc.integer({ min: 1, max: 6 }) }),
    {
      selector: ({ productId }) => productId,
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((lines) => lines.toSorted((a, b) => (a.productId < b.productId ? -1 : 1)));
const reserve = fc
  .record({ orderId: fc.constantFrom(...orderIds), userId: fc.constantFrom("u1", "u2"), items })
  .map((job) => ({ kind: "reserve" as const, ...job, fingerprint: JSON.stringify(job.items) }));
// Tokens are made from a counter, so a move finds its reservation now and then.
const move = fc.record({
  kind: fc.constantFrom("release" as const, "settle" as const),
  orderId: fc.constantFrom(...orderIds),
  rid: fc.constantFrom("r1", "r2", "r3", "r4", "r5", "r6"),
});
const jobs = fc.array(fc.oneof({ weight: 2, arbitrary: reserve }, { weight: 1, arbitrary: move }), { maxLength: 25 });
const catalogue = fc.array(fc.record({ stockUnits: fc.integer({ min: 0, max: 20 }), isDeleted: fc.boolean() }), {
  minLength: productIds.length,
  maxLength: productIds.length,
});

function emptyStore(stocks: readonly { stockUnits: number; isDeleted: boolean }[]): Store {
  const products = stocks.map(
    (stock, index) => [productIds[index] ?? "", { ...stock, name: "n", price: 1, openUnits: 0 }] as const,
  );
  return { products: new Map(products), reservations: new Map() };
}

const openUnitsOf = ({ reservations }: Store, userId: string, productId: string): number =>
  [...reservations.values()]
    .filter((reservation) => reservation.isOpen && reservation.userId === userId)
    .flatMap((reservation) => reservation.items)
    .filter((item) => item.productId === productId)
    .reduce((sum, { quantity }) => sum + quantity, 0);

function snapshotOf(store: Store, batch: readonly Job[]): BatchSnapshot {
  const pairs = pairsToCount(store.products, batch, limit);
  const counts = pairs.map(
    ({ userId, productId }) => [pairKey(userId, productId), openUnitsOf(store, userId, productId)] as const,
  );
  return { nowMs: 0, products: store.products, reservations: store.reservations, pendingUnits: new Map(counts) };
}

/** Writes a decision as the database would: each guard must hold. */
function apply(store: Store, decision: BatchDecision): void {
  for (const { productId, stockDeltaUnits, openDeltaUnits, isTaken } of decision.productChanges) {
    const product = store.products.get(productId)!;
    expect(product.stockUnits + stockDeltaUnits).toBeGreaterThanOrEqual(0);
    expect(isTaken && product.isDeleted).toBe(false);
    store.products.set(productId, {
      ...product,
      stockUnits: product.stockUnits + stockDeltaUnits,
      openUnits: product.openUnits + openDeltaUnits,
    });
  }
  for (const reservation of decision.newReservations) {
    expect(store.reservations.has(reservation.orderId)).toBe(false);
    store.reservations.set(reservation.orderId, reservation);
  }
  for (const { before, after } of decision.reservationChanges) {
    expect(store.reservations.get(before.orderId)).toEqual(before);
    store.reservations.set(after.orderId, after);
  }
}

function run(store: Store, batches: readonly (readonly Job[])[]): Outcome[] {
  let count = 0;
  const newRid = () => `r${++count}`;
  return batches.flatMap((batch) => {
    const decision = decideBatch(snapshotOf(store, batch), batch, { pendingLimitUnits: limit, newRid });
    apply(store, decision);
    return decision.outcomes;
  });
}

test("jobs of one batch come to what they would come to one after another", () => {
  fc.assert(
    fc.property(catalogue, jobs, fc.integer({ min: 0, max: 25 }), (stocks, all, cut) => {
      const [together, apart] = [emptyStore(stocks), emptyStore(stocks)];
      const outcomes = run(together, [all.slice(0, cut), all.slice(cut)]);
      expect(outcomes).toEqual(
        run(
          apart,
          all.map((job) => [job]),
        ),
      );
      expect(together).toEqual(apart);
    }),
    { numRuns: 2000 },
  );
});

test("after any jobs the books balance, no user is over the limit, and no refusal left a trace", () => {
  fc.assert(
    fc.property(catalogue, jobs, (stocks, all) => {
      const store = emptyStore(stocks);
      const outcomes = run(store, [all]);
      const live = [...store.reservations.values()].filter(({ state }) => state !== "released");
      for (const [index, productId] of productIds.entries()) {
        const { stockUnits, openUnits } = store.products.get(productId)!;
        const units = (reservations: ReservationRecord[]) =>
          reservations
            .flatMap((each) => each.items)
            .reduce((sum, item) => sum + (item.productId === productId ? item.quantity : 0), 0);
        expect(stockUnits + units(live)).toBe(stocks[index]!.stockUnits);
        expect(openUnits).toBe(units(live.filter(({ isOpen }) => isOpen)));
        for (const userId of ["u1", "u2"]) expect(openUnitsOf(store, userId, productId)).toBeLessThanOrEqual(limit);
      }
      const held = outcomes.filter((outcome) => outcome.kind === "reservation" && !outcome.isReplay);
      expect(store.reservations.size).toBe(held.length);
    }),
    { numRuns: 2000 },
  );
});

test("a released reservation never holds again, and its token is never another's", () => {
  fc.assert(
    fc.property(catalogue, jobs, (stocks, all) => {
      const store = emptyStore(stocks);
      const released = new Map<string, string>();
      let count = 0;
      for (const job of all) {
        const decision = decideBatch(snapshotOf(store, [job]), [job], {
          pendingLimitUnits: limit,
          newRid: () => `r${++count}`,
        });
        apply(store, decision);
        for (const [orderId, rid] of released) {
          expect(store.reservations.get(orderId)).toMatchObject({ state: "released", rid, isOpen: false });
        }
        const after = store.reservations.get(job.orderId);
        if (after?.state === "released") released.set(after.orderId, after.rid);
      }
    }),
    { numRuns: 1000 },
  );
});
