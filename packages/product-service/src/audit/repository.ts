import type { AuditProduct, AuditReservation } from "@pos/contracts/audit";
import { ageInMs } from "@pos/service-kit/age";
import type { Database } from "@pos/service-kit/database";
import { findPage } from "@pos/service-kit/command-runner";
import { cursorId } from "@pos/service-kit/decoded-documents";
import { DirectCommands } from "@pos/service-kit/direct-commands";
import type { Page, PageItems } from "@pos/service-kit/pagination";
import { majority } from "@pos/service-kit/read-concern";
import { BSON, type ClientSession, type Document, ObjectId } from "mongodb";
import type { Audited } from "./service.ts";
import { isDeleted, type ProductDocument } from "../products/documents.ts";
import { recordOf, reservationOf, type ReservationDocument } from "../reservations/documents.ts";

type Aged = ReservationDocument & { ageMs: number };

/** Of the count of what was ever sold of a page's products. After 10 s the driver would give up and ask once more. */
const COUNT_MAX_MS = 9000;
const reservationAged = {
  rid: 1,
  userId: 1,
  state: 1,
  fingerprint: 1,
  items: 1,
  isOpen: 1,
  createdAt: 1,
  updatedAt: 1,
  traceparent: 1,
  ageMs: ageInMs,
} as const;

/** What an auditor reads: only what a majority has, and stock books of one point in time. */
export class AuditRepository {
  readonly #database: Database;
  readonly #commands: DirectCommands;

  constructor(database: Database) {
    this.#database = database;
    this.#commands = new DirectCommands(database.db);
  }

  /**
   * Stock books by product id, deleted products included. Products and reservations are
   * read at one point in time (snapshot reads outside a transaction, which have no lifetime limit), so a difference is a
   * fault, not a race.
   */
  async products({ limit, after }: Page): Promise<PageItems<Audited<AuditProduct>>> {
    const session = this.#database.client.startSession({ snapshot: true });
    try {
      const found = await this.#database.db
        .collection<ProductDocument>("products")
        .find(after === undefined ? {} : { _id: { $gt: new ObjectId(after.id) } }, {
          projection: { stock: 1, received: 1, deletedAt: 1 },
          session,
        })
        .sort({ _id: 1 })
        .limit(limit + 1)
        .toArray();
      const products = found.slice(0, limit);
      const units = await this.#unitsOf(
        products.map(({ _id }) => _id),
        session,
      );
      const bookOf = (product: ProductDocument): AuditProduct => {
        const { _id, stock, received } = product;
        const id = _id.toHexString();
        return {
          id,
          stock,
          received,
          heldUnits: units.get(`${id}:held`) ?? 0,
          confirmedUnits: units.get(`${id}:confirmed`) ?? 0,
          deleted: isDeleted(product),
        };
      };
      return {
        items: products.map((product) => audited(product, () => bookOf(product))),
        hasMore: found.length > limit,
      };
    } finally {
      await session.endSession();
    }
  }

  /** By order id. */
  reservations({ limit, after }: Page): Promise<PageItems<Audited<AuditReservation>>> {
    return this.#aged(after === undefined ? {} : { _id: { $gt: new ObjectId(after.id) } }, limit);
  }

  async reservation(orderId: string): Promise<Audited<AuditReservation> | undefined> {
    return (await this.#aged({ _id: new ObjectId(orderId) }, 1)).items[0];
  }

  async #aged(filter: Document, limit: number): Promise<PageItems<Audited<AuditReservation>>> {
    const { found, hasMore } = await findPage(
      this.#commands,
      { find: "reservations", filter, projection: reservationAged, sort: { _id: 1 }, limit, readConcern: majority },
      { mayRepeat: true },
    );
    const documents = found.map((bytes) => BSON.deserialize(bytes) as Aged);
    const items = documents.map((document) =>
      audited(document, () => ({ ...reservationOf(recordOf(document)), ageMs: document.ageMs })),
    );
    return { items, hasMore };
  }

  /** Units in held and confirmed reservations by `id:state`. */
  async #unitsOf(productIds: readonly ObjectId[], session: ClientSession): Promise<ReadonlyMap<string, number>> {
    const summed = await this.#database.db
      .collection<ReservationDocument>("reservations")
      .aggregate<{ _id: { productId: ObjectId; state: string }; units: number }>(
        [
          { $match: { "items.productId": { $in: productIds }, state: { $in: ["held", "confirmed"] } } },
          { $project: { items: 1, state: 1 } },
          { $unwind: "$items" },
          { $match: { "items.productId": { $in: productIds } } },
          { $group: { _id: { productId: "$items.productId", state: "$state" }, units: { $sum: "$items.quantity" } } },
        ],
        { session, hint: { "items.productId": 1, isOpen: 1, userId: 1 }, maxTimeMS: COUNT_MAX_MS },
      )
      .toArray();
    return new Map(summed.map(({ _id, units }) => [`${_id.productId.toHexString()}:${_id.state}`, units]));
  }
}

const audited = <Whole>({ _id }: { readonly _id: ObjectId }, read: () => Whole): Audited<Whole> => ({
  id: String(_id),
  cursorId: cursorId(_id),
  read,
});
