import type { Migration } from "@pos/service-kit/migrate";
import type { AnyBulkWriteOperation, Db, Document } from "mongodb";
import { fingerprintOf } from "../placement/identity.ts";

const BATCH = 500;

/**
 * Gives orders of the earlier form what the placement protocol reads: fingerprint, history, outbox and version. Their
 * `rid` stays absent, because nobody knows it: cancelling such an order moves no stock, and a hold under its id is
 * confirmed, not released.
 */
export const protocolFields: Migration = {
  version: 1,
  name: "protocol fields of orders",
  async up(db: Db) {
    const orders = db.collection("orders");
    let batch: AnyBulkWriteOperation[] = [];
    const flush = async () => {
      if (batch.length > 0) await orders.bulkWrite(batch, { ordered: false });
      batch = [];
    };
    for await (const order of orders.find({ fingerprint: { $exists: false } })) {
      batch.push({ updateOne: { filter: { _id: order._id }, update: { $set: missingFields(order) } } });
      if (batch.length === BATCH) await flush();
    }
    await flush();
  },
};

interface EarlierOrder {
  userId: { toHexString(): string };
  items: { productId: { toHexString(): string }; quantity: number }[];
  status: string;
  createdAt: Date;
  updatedAt: Date;
}

function missingFields(order: Document): Document {
  const { userId, items, status, createdAt, updatedAt } = order as EarlierOrder & Document;
  const lines = items.map(({ productId, quantity }) => ({ productId: productId.toHexString(), quantity }));
  const placed = { status: "pending", at: createdAt, by: userId.toHexString() };
  // The way from pending to the present status was not kept; the last step is all that is known of it.
  const steps =
    status === "pending" ? [] : pathTo(status).map((step) => ({ status: step, at: updatedAt, by: "system" }));
  return { fingerprint: fingerprintOf(lines), history: [placed, ...steps], outbox: [], version: 1 + steps.length };
}

const pathTo = (status: string): readonly string[] => (status === "completed" ? ["processing", "completed"] : [status]);
