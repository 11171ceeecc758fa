import type { AuditProduct } from "@pos/contracts/audit";
import { ageInMs } from "@pos/service-kit/age";
import type { Database } from "@pos/service-kit/database";
import type { Page } from "@pos/service-kit/pagination";
import { type ClientSession, ObjectId } from "mongodb";
import type { AuditedReservation } from "./service.ts";
import { isDeleted, type ProductDocument } from "../products/documents.ts";
import { recordOf, reservationOf, type ReservationDocument } from "../reservations/documents.ts";

type Aged = ReservationDocument & { ageMs: number };

const majority = { level: "majority" } as const;
const aged = { $set: { ageMs: ageInMs } };

/** What an auditor reads: only what a majority has, and stock books of one point in time. */
export class AuditRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Stock books by product id, deleted products included, one more than the page holds. Products and reservations are
   * read at one point in time (snapshot reads outside a transaction, which have no lifetime limit), so a difference is a
   * fault, not a race.
   */
  async products({ limit, after }: Page): Promise<readonly AuditProduct[]> {
    const session = this.#database.client.startSession({ snapshot: true });
    try {
      const products = await this.#database.db
        .collection<ProductDocument>("products")
        .find(after === undefined ? {} : { _id: { $gt: new ObjectId(after.id) } }, {
          projection: { stock: 1, received: 1, deletedAt: 1 },
          session,
        })
        .sort({ _id: 1 })
        .limit(limit + 1)
        .toArray();
      const units = await this.#unitsOf(
        products.map(({ _id }) => _id),
        session,
      );
      return products.map((product) => {
        const { _id, stock, received } = product;
        const id = String(_id);
        return {
          id,
          stock,
          received,
          heldUnits: units.get(`${id}:held`) ?? 0,
          confirmedUnits: units.get(`${id}:confirmed`) ?? 0,
          deleted: isDeleted(product),
        };
      });
    } finally {
      await session.endSession();
    }
  }

  /** By order id, one more than the page holds. */
  async reservations({ limit, after }: Page): Promise<readonly AuditedReservation[]> {
    const found = await this.#collection()
      .aggregate<Aged>(
        [
          { $match: after === undefined ? {} : { _id: { $gt: new ObjectId(after.id) } } },
          { $sort: { _id: 1 } },
          { $limit: limit + 1 },
          aged,
        ],
        { readConcern: majority, hint: { _id: 1 } },
      )
      .toArray();
    return found.map(audited);
  }

  async reservation(orderId: string): Promise<AuditedReservation | undefined> {
    const [found] = await this.#collection()
      .aggregate<Aged>([{ $match: { _id: new ObjectId(orderId) } }, aged], { readConcern: majority })
      .toArray();
    return found === undefined ? undefined : audited(found);
  }

  /** Units in held and confirmed reservations by `id:state`. */
  async #unitsOf(productIds: readonly ObjectId[], session: ClientSession): Promise<ReadonlyMap<string, number>> {
    const summed = await this.#collection()
      .aggregate<{ _id: { productId: ObjectId; state: string }; units: number }>(
        [
          { $match: { "items.productId": { $in: productIds }, state: { $in: ["held", "confirmed"] } } },
          { $project: { items: 1, state: 1 } },
          { $unwind: "$items" },
          { $match: { "items.productId": { $in: productIds } } },
          { $group: { _id: { productId: "$items.productId", state: "$state" }, units: { $sum: "$items.quantity" } } },
        ],
        { session, hint: { "items.productId": 1, isOpen: 1, userId: 1 } },
      )
      .toArray();
    return new Map(summed.map(({ _id, units }) => [`${_id.productId.toHexString()}:${_id.state}`, units]));
  }

  #collection() {
    return this.#database.db.collection<ReservationDocument>("reservations");
  }
}

const audited = (document: Aged): AuditedReservation => ({
  id: String(document._id),
  read: () => ({ ...reservationOf(recordOf(document)), ageMs: document.ageMs }),
});
