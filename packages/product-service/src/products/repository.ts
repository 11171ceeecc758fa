import type { CreateProduct, UpdateProduct } from "@pos/contracts/products";
import type { Page } from "@pos/service-kit/pagination";
import { type Collection, type Db, type Document, type Filter, ObjectId } from "mongodb";
import {
  type ProductDocument,
  productProjection,
  type ProductView,
  storedProduct,
  type StoredProduct,
} from "./documents.ts";

/** Why a guarded write changed nothing. */
export type Missed = "absent" | "otherVersion";
/** The versions that a request expects; undefined when it expects none. */
export type ExpectedVersions = readonly number[] | undefined;

/** Products in MongoDB. Deleted ones stay, so that orders that are cancelled later can return their stock. */
export class ProductRepository {
  readonly #products: Collection<ProductDocument>;

  constructor(db: Db) {
    this.#products = db.collection<ProductDocument>("products");
  }

  async create(product: CreateProduct, now: Date): Promise<StoredProduct> {
    const document: ProductDocument = {
      _id: new ObjectId(),
      name: product.name,
      description: product.description ?? "",
      price: product.price,
      stock: product.stock,
      received: product.stock,
      openUnits: 0,
      version: 1,
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
    };
    await this.#products.insertOne(document);
    return storedProduct(document);
  }

  async find(id: string): Promise<StoredProduct | undefined> {
    const found = await this.#products.findOne<ProductView>(live(id), { projection: productProjection });
    return found === null ? undefined : storedProduct(found);
  }

  /** Newest first, one more than the page holds. */
  async list({ limit, after }: Page, name: string | undefined): Promise<readonly StoredProduct[]> {
    const filter: Filter<ProductDocument> = { deletedAt: null };
    if (name !== undefined) filter.name = { $eq: name };
    if (after !== undefined) {
      const createdAt = new Date(after.createdAtMs);
      filter.createdAt = { $lte: createdAt };
      filter.$or = [{ createdAt: { $lt: createdAt } }, { createdAt, _id: { $lt: new ObjectId(after.id) } }];
    }
    const found = await this.#products
      .find<ProductView>(filter, { projection: productProjection })
      .sort({ createdAt: -1, _id: -1 })
      .limit(limit + 1)
      .toArray();
    return found.map(storedProduct);
  }

  /**
   * Sets fields. A new stock is absolute, so `received` moves by the difference in the same update: what was sold
   * between the caller's read and this write stays in the books.
   */
  async update(
    id: string,
    { stock, ...fields }: UpdateProduct,
    { versions, now }: { versions: ExpectedVersions; now: Date },
  ): Promise<StoredProduct | Missed> {
    const changes: Document = { version: { $add: ["$version", 1] }, updatedAt: now };
    for (const [field, value] of Object.entries(fields)) changes[field] = { $literal: value };
    if (stock !== undefined) {
      changes["stock"] = { $literal: stock };
      changes["received"] = { $add: ["$received", { $subtract: [stock, "$stock"] }] };
    }
    const updated = await this.#products.findOneAndUpdate(live(id, versions), [{ $set: changes }], {
      projection: productProjection,
      returnDocument: "after",
    });
    return updated === null ? this.#missed(id) : storedProduct(updated);
  }

  async delete(id: string, { versions, now }: { versions: ExpectedVersions; now: Date }): Promise<"deleted" | Missed> {
    const { matchedCount } = await this.#products.updateOne(live(id, versions), {
      $set: { deletedAt: now, updatedAt: now },
      $inc: { version: 1 },
    });
    return matchedCount === 0 ? this.#missed(id) : "deleted";
  }

  async #missed(id: string): Promise<Missed> {
    return (await this.#products.findOne(live(id), { projection: { _id: 1 } })) === null ? "absent" : "otherVersion";
  }
}

function live(id: string, versions?: ExpectedVersions): Filter<ProductDocument> {
  const filter: Filter<ProductDocument> = { _id: new ObjectId(id), deletedAt: null };
  if (versions !== undefined) filter.version = { $in: versions };
  return filter;
}
