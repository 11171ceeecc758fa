import { ageInMs } from "@pos/service-kit/age";
import { type Collection, type Db, ObjectId } from "mongodb";
import type { OrderDocument } from "../orders/documents.ts";
import { orderOf } from "../orders/mapping-repository.ts";
import type { AuditedDocument } from "./service.ts";

type WithAge = OrderDocument & { ageMs: number };
const QUERY_MAX_MS = 4000;

/** Orders and tombstones as the auditor reads them: what a majority has, with their age by the database's clock. */
export class AuditRepository {
  readonly #orders: Collection<OrderDocument>;

  constructor(db: Db) {
    this.#orders = db.collection<OrderDocument>("orders", { readConcern: { level: "majority" } });
  }

  /** By id, one more than the page holds. */
  list({ limit, afterId }: { limit: number; afterId: string | undefined }): Promise<readonly AuditedDocument[]> {
    return this.#read(afterId === undefined ? {} : { _id: { $gt: new ObjectId(afterId) } }, limit + 1);
  }

  async find(id: string): Promise<AuditedDocument | undefined> {
    return (await this.#read({ _id: new ObjectId(id) }, 1))[0];
  }

  async #read(match: object, limit: number): Promise<readonly AuditedDocument[]> {
    const found = await this.#orders
      .aggregate<WithAge>([{ $match: match }, { $sort: { _id: 1 } }, { $limit: limit }, { $set: { ageMs: ageInMs } }], {
        maxTimeMS: QUERY_MAX_MS,
      })
      .toArray();
    return found.map(({ ageMs, ...document }) => ({
      id: String(document._id),
      read: () => ({ order: orderOf(document), ageMs }),
    }));
  }
}
