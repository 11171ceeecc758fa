import type { OrderStatus } from "@pos/contracts/orders";
import { DecodedDocuments } from "@pos/service-kit/decoded-documents";
import type { Page } from "@pos/service-kit/pagination";
import { type Collection, type Db, type Filter, MongoBulkWriteError, ObjectId } from "mongodb";
import type { StoredOrder } from "../placement/order.ts";
import type { StatusChange } from "../placement/ports.ts";
import { type OrderDocument, visibleStatuses } from "./documents.ts";
import { documentOf, orderOf } from "./mapping-repository.ts";

/** What became of one insert of a batch. An error is no verdict: whatever is not certain is `unknown`. */
export type InsertVerdict = { kind: "acknowledged" } | { kind: "duplicate" } | { kind: "unknown"; cause: unknown };

/** Which orders a list holds. */
export interface OrderFilter {
  readonly userId?: string | undefined;
  readonly status?: OrderStatus | undefined;
  readonly since?: Date | undefined;
}

const DUPLICATE_KEY = 11000;
const READ_MAX_MS = 4000;

/** Orders and tombstones in MongoDB. Every read is one of what a majority has, every write waits for a majority. */
export class OrderRepository {
  readonly #orders: Collection<OrderDocument>;
  readonly #decoded = new DecodedDocuments((document) => orderOf(document as OrderDocument));

  constructor(db: Db) {
    this.#orders = db.collection<OrderDocument>("orders", { readConcern: { level: "majority" } });
  }

  /**
   * Inserts all of them, each for itself.
   * @returns one verdict per order, in order; it does not throw
   */
  async insertAll(orders: readonly StoredOrder[]): Promise<readonly InsertVerdict[]> {
    try {
      await this.#orders.insertMany(orders.map(documentOf), { ordered: false });
      return orders.map(() => ({ kind: "acknowledged" }));
    } catch (error) {
      return orders.map((_order, index) => verdictOf(error, index));
    }
  }

  async findMany(ids: readonly string[]): Promise<ReadonlyMap<string, StoredOrder>> {
    const found = await this.#orders
      .find<Uint8Array>({ _id: { $in: ids.map((id) => new ObjectId(id)) } }, { maxTimeMS: READ_MAX_MS, raw: true })
      .toArray();
    return this.#decoded.readAll(found);
  }

  /** Newest first, one more than the page holds; tombstones left out. */
  async list({ limit, after }: Page, filter: OrderFilter): Promise<readonly StoredOrder[]> {
    const found = await this.#orders
      .find<Uint8Array>(listFilter(after, filter), { maxTimeMS: READ_MAX_MS, raw: true })
      .sort({ createdAt: -1, _id: -1 })
      .limit(limit + 1)
      .toArray();
    return found.map((bytes) => this.#decoded.read(bytes).value);
  }

  /** @returns the order after the change; undefined when it no longer has that status and version */
  async changeStatus({ orderId, from, version, step, entries }: StatusChange): Promise<StoredOrder | undefined> {
    const changed = await this.#orders.findOneAndUpdate(
      { _id: new ObjectId(orderId), status: from, version },
      {
        $set: { status: step.status, updatedAt: step.at },
        $inc: { version: 1 },
        $push: { history: step, ...(entries.length === 0 ? {} : { outbox: { $each: [...entries] } }) },
      },
      { returnDocument: "after" },
    );
    return changed === null ? undefined : orderOf(changed);
  }
}

/**
 * The verdict on one insert of a failed batch. A failed write concern hides which documents a majority has, so it leaves
 * all of them unknown; so does every error that is not the batch's own.
 */
function verdictOf(cause: unknown, index: number): InsertVerdict {
  if (!(cause instanceof MongoBulkWriteError)) return { kind: "unknown", cause };
  if (cause.result.getWriteConcernError() !== undefined) return { kind: "unknown", cause };
  const writeErrors = Array.isArray(cause.writeErrors) ? cause.writeErrors : [cause.writeErrors];
  if (writeErrors.length === 0) return { kind: "unknown", cause };
  const own = writeErrors.find((writeError) => writeError.index === index);
  if (own === undefined) return { kind: "acknowledged" };
  return own.code === DUPLICATE_KEY ? { kind: "duplicate" } : { kind: "unknown", cause: own };
}

/** Exported for the tests of its indexes. */
export function listFilter(after: Page["after"], { userId, status, since }: OrderFilter): Filter<OrderDocument> {
  const filter: Filter<OrderDocument> = { status: status ?? { $in: [...visibleStatuses] } };
  if (userId !== undefined) filter.userId = new ObjectId(userId);
  const createdAt: { $gte?: Date; $lte?: Date } = {};
  if (since !== undefined) createdAt.$gte = since;
  if (after !== undefined) {
    const last = new Date(after.createdAtMs);
    createdAt.$lte = last;
    filter.$or = [{ createdAt: { $lt: last } }, { createdAt: last, _id: { $lt: new ObjectId(after.id) } }];
  }
  if (Object.keys(createdAt).length > 0) filter.createdAt = createdAt;
  return filter;
}
