import { byIds, write } from "@pos/service-kit/command-runner";
import { bytesOf } from "@pos/service-kit/direct-commands";
import type { DirectSession } from "@pos/service-kit/direct-session";
import { type Document, type Filter, ObjectId } from "mongodb";
import type { ProductDocument } from "../products/documents.ts";
import { documentOf } from "./documents.ts";
import type { BatchDecision, ProductChange, ProductStock, ReservationChange } from "./protocol.ts";

/** What products that change alike must match beside the guards of their change. */
export type Guard = (group: readonly ProductChange[]) => Filter<ProductDocument>;

/** A guard did not match: the database has changed since the decision. */
export class MismatchError extends Error {
  override readonly name = "MismatchError";
}

/**
 * Writes what a batch came to, within the session's transaction.
 * @throws {MismatchError} when a product or a reservation is not as the decision takes it
 */
export async function writeDecision(
  session: DirectSession,
  { productChanges, newReservations, reservationChanges }: BatchDecision,
  guard: Guard = unguarded,
): Promise<void> {
  if (productChanges.length > 0) {
    const matched = await write(session, { update: "products", updates: productUpdates(productChanges, guard) });
    assertAll(matched, productChanges.length, "products");
  }
  if (newReservations.length > 0) {
    const documents = newReservations.map((record) => bytesOf(documentOf(record)));
    await write(session, { insert: "reservations" }, { sequence: { field: "documents", documents } });
  }
  if (reservationChanges.length > 0) {
    const updates = reservationChanges.map(reservationUpdate);
    assertAll(await write(session, { update: "reservations", updates }), reservationChanges.length, "reservations");
  }
}

/** Matches if products that were not read have the names and prices that were returned, and no limit matters. */
export const stillAs =
  (guessed: ReadonlyMap<string, ProductStock>, pendingLimitUnits: number): Guard =>
  (group) => {
    const products = group.map(({ productId }) => guessed.get(productId));
    const openUnits = { $lte: pendingLimitUnits - (group[0]?.openDeltaUnits ?? 0) };
    const [first, ...others] = products;
    // An expression costs the database a fifth of the update of one product.
    if (first !== undefined && others.length === 0) return { openUnits, name: first.name, price: first.price };
    const own = (facts: readonly unknown[]) => ({ $arrayElemAt: [{ $literal: facts }, "$$index"] });
    const isSame = {
      $and: [
        { $eq: ["$name", own(products.map((product) => product?.name))] },
        { $eq: ["$price", own(products.map((product) => product?.price))] },
      ],
    };
    const ids = group.map(({ productId }) => new ObjectId(productId));
    return {
      openUnits,
      $expr: { $let: { vars: { index: { $indexOfArray: [{ $literal: ids }, "$_id"] } }, in: isSame } },
    };
  };

const unguarded: Guard = () => ({});

/**
 * One update for all products that change alike, because a statement costs the database more than a document. Where
 * units were taken the version always moves, so that this is a write that others' snapshots conflict with.
 */
function productUpdates(changes: readonly ProductChange[], guard: Guard): Document[] {
  const alike = Map.groupBy(changes, ({ stockDeltaUnits, openDeltaUnits, isTaken }) =>
    [stockDeltaUnits, openDeltaUnits, isTaken].join(),
  );
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { stockDeltaUnits, openDeltaUnits, isTaken } = first;
    return {
      q: {
        ...byIds(group.map(({ productId }) => productId)),
        ...(isTaken ? { deletedAt: null } : {}),
        ...(stockDeltaUnits < 0 ? { stock: { $gte: -stockDeltaUnits } } : {}),
        ...guard(group),
      },
      u: {
        $inc: {
          stock: stockDeltaUnits,
          openUnits: openDeltaUnits,
          version: isTaken || stockDeltaUnits !== 0 ? 1 : 0,
        },
      },
      multi: true,
      hint: { _id: 1 },
    };
  });
}

function reservationUpdate({ before, after }: ReservationChange): Document {
  return {
    q: { _id: new ObjectId(before.orderId), rid: before.rid, state: before.state, isOpen: before.isOpen },
    u: { $set: { state: after.state, isOpen: after.isOpen, updatedAt: new Date(after.updatedAtMs) } },
  };
}

/** A guard that misses does not abort by itself. */
function assertAll(matchedCount: number, expectedCount: number, what: string): void {
  if (matchedCount !== expectedCount)
    throw new MismatchError(`a batch met ${matchedCount} of ${expectedCount} ${what}`);
}
