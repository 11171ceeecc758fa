import type { OrderStatus } from "@pos/contracts/orders";
import type { Settled } from "@pos/service-kit/coalesce";
import { byIds, findPage, findRaw, withWriteConcern, writeErrorsOf } from "@pos/service-kit/command-runner";
import { isDuplicateKey } from "@pos/service-kit/database-errors";
import { DecodedDocuments } from "@pos/service-kit/decoded-documents";
import { bytesOf, DirectCommands } from "@pos/service-kit/direct-commands";
import type { Logger } from "@pos/service-kit/logger";
import type { Page, PageItems } from "@pos/service-kit/pagination";
import { majority } from "@pos/service-kit/read-concern";
import { type Collection, type Db, type Filter, ObjectId } from "mongodb";
import type { StoredOrder } from "../placement/order.ts";
import type { StatusChange } from "../placement/ports.ts";
import { type OrderDocument, visibleStatuses } from "./documents.ts";
import { documentOf, orderOf } from "./mapping-repository.ts";
import { hasForm } from "./views.ts";

/** What became of one insert of a batch. An error is no verdict: whatever is not certain is `unknown`. */
export type InsertVerdict = { kind: "acknowledged" } | { kind: "duplicate" } | { kind: "unknown"; cause: unknown };

/** Which orders a list holds. */
export interface OrderFilter {
  readonly userId?: string | undefined;
  readonly status?: OrderStatus | undefined;
  readonly since?: Date | undefined;
}

const READ_MAX_MS = 4000;
const findOrders = { find: "orders", readConcern: majority, maxTimeMS: READ_MAX_MS } as const;
/** Of the documents of one insert, in bytes; a message takes 48,000,000. */
const INSERT_MAX_BYTES = 40_000_000;

/** Orders and tombstones in MongoDB. Every read is one of what a majority has, every write waits for a majority. */
export class OrderRepository {
  readonly #commands: DirectCommands;
  readonly #orders: Collection<OrderDocument>;
  readonly #decoded: DecodedDocuments<StoredOrder>;
  readonly #tellBroken: (orderId: string, error: unknown) => void;

  constructor(db: Db, logger: Pick<Logger, "error">) {
    this.#commands = new DirectCommands(db);
    this.#orders = db.collection<OrderDocument>("orders", { readConcern: majority });
    this.#tellBroken = (orderId, err) =>
      logger.error({ orderId, err }, "an order is not as this service writes it: lists leave it out");
    this.#decoded = new DecodedDocuments((document) => orderOf(document as OrderDocument), this.#tellBroken);
  }

  /**
   * Inserts all of them, each for itself.
   * @returns one verdict per order, in order; it does not throw
   */
  async insertAll(orders: readonly StoredOrder[]): Promise<readonly InsertVerdict[]> {
    const verdicts: InsertVerdict[] = [];
    for (const documents of inMessages(orders.map((order) => bytesOf(documentOf(order)))))
      verdicts.push(...(await this.#insert(documents)));
    return verdicts;
  }

  /** Those that are there, by id; one that cannot be read fails for itself. */
  async findMany(ids: readonly string[]): Promise<ReadonlyMap<string, Settled<StoredOrder>>> {
    const query = { ...findOrders, filter: byIds(ids), batchSize: ids.length + 1 };
    return this.#decoded.readAll(await findRaw(this.#commands, query, { mayRepeat: true }));
  }

  /** Newest first; tombstones and what is not as this service writes it are left out. */
  async list({ limit, after }: Page, filter: OrderFilter): Promise<PageItems<StoredOrder>> {
    const query = { ...findOrders, filter: listFilter(after, filter), sort: { createdAt: -1, _id: -1 }, limit };
    const found = await findPage(this.#commands, query, { mayRepeat: true });
    return this.#decoded.readPage(found, (order) => hasForm(order, (error) => this.#tellBroken(order.id, error)));
  }

  /** It may be sent twice: an order that the first sending wrote is then a duplicate, which is read. */
  async #insert(documents: readonly Uint8Array[]): Promise<readonly InsertVerdict[]> {
    const command = withWriteConcern({ insert: "orders", ordered: false }, this.#orders);
    try {
      const reply = await this.#commands.run(command, {
        sequence: { field: "documents", documents },
        mayRepeat: true,
      });
      const writeErrors = writeErrorsOf(reply);
      return documents.map((_document, index) => verdictOf(writeErrors, index));
    } catch (cause) {
      return documents.map(() => ({ kind: "unknown", cause }));
    }
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
 * The verdict on one insert of a batch. Whatever made the command fail, a failed write concern too, has left all of them
 * unknown before this is asked.
 */
function verdictOf(writeErrors: ReturnType<typeof writeErrorsOf>, index: number): InsertVerdict {
  const own = writeErrors.find((writeError) => writeError.index === index);
  if (own === undefined) return { kind: "acknowledged" };
  return isDuplicateKey(own.error) ? { kind: "duplicate" } : { kind: "unknown", cause: own.error };
}

/** Documents in groups that fit into a message each, in order. */
function inMessages(documents: readonly Uint8Array[]): Uint8Array[][] {
  const groups: Uint8Array[][] = [[]];
  let groupBytes = 0;
  for (const document of documents) {
    if (groupBytes > 0 && groupBytes + document.length > INSERT_MAX_BYTES) {
      groups.push([]);
      groupBytes = 0;
    }
    groups.at(-1)?.push(document);
    groupBytes += document.length;
  }
  return groups;
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
