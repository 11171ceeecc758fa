import { type CreateProduct, Product, type UpdateProduct } from "@pos/contracts/products";
import { Coalescer, Flights, type Settled } from "@pos/service-kit/coalesce";
import { byIds, findPage, findRaw } from "@pos/service-kit/command-runner";
import { DecodedDocuments } from "@pos/service-kit/decoded-documents";
import { DirectCommands } from "@pos/service-kit/direct-commands";
import type { Logger } from "@pos/service-kit/logger";
import type { Page, PageItems } from "@pos/service-kit/pagination";
import { majority } from "@pos/service-kit/read-concern";
import { SharedQueries } from "@pos/service-kit/shared-queries";
import { wireForm } from "@pos/service-kit/wire-form";
import { type Collection, type Db, type Document, type Filter, ObjectId } from "mongodb";
import { isDeleted, type ProductDocument, storedProduct, type StoredProduct } from "./documents.ts";

/** Why a guarded write changed nothing. */
export type Missed = "absent" | "otherVersion";
/** The versions that a request expects; undefined when it expects none. */
export type ExpectedVersions = readonly number[] | undefined;

const READ_BATCH_MAX = 200;
const READ_QUEUE_MAX = 5000;
/** A second command while one is under way: who comes then need not wait for its end. */
const READ_FLIGHTS_MAX = 2;

/** All of a page of 100 and the next one: 4 MiB of the largest products. */
const LIST_BATCH = 101;

interface ListQuery {
  readonly page: Page;
  readonly name: string | undefined;
}

/** Products in MongoDB. Deleted ones stay, so that orders that are cancelled later can return their stock. */
export class ProductRepository {
  readonly #commands: DirectCommands;
  readonly #products: Collection<ProductDocument>;
  readonly #reads: Coalescer<string, StoredProduct | undefined>;
  readonly #decoded: DecodedDocuments<StoredProduct | undefined>;
  readonly #lists: SharedQueries<ListQuery, PageItems<StoredProduct>>;

  constructor(db: Db, logger: Pick<Logger, "error">) {
    this.#commands = new DirectCommands(db);
    this.#products = db.collection<ProductDocument>("products", { readConcern: majority });
    this.#decoded = new DecodedDocuments(
      (document) => liveProduct(document as ProductDocument),
      (productId, err) =>
        logger.error({ productId, err }, "a product is not as this service writes it: lists leave it out"),
    );
    this.#reads = new Coalescer({
      name: "products.read",
      run: async (ids) => {
        const found = await this.#findAll([...new Set(ids)]);
        return ids.map((id) => found.get(id) ?? { ok: true, value: undefined });
      },
      batchMax: READ_BATCH_MAX,
      flights: new Flights(READ_FLIGHTS_MAX),
      queueMax: READ_QUEUE_MAX,
    });
    this.#lists = new SharedQueries({
      name: "products.list",
      ask: (query) => this.#list(query),
      keyOf: ({ page, name }) => JSON.stringify([page.limit, page.after?.createdAtMs, page.after?.id, name]),
      queueMax: READ_QUEUE_MAX,
    });
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

  /**
   * Reads that arrive while others are under way share the next command; none gets an answer older than itself.
   * @throws {QueueFullError} when 5,000 reads wait
   */
  find(id: string): Promise<StoredProduct | undefined> {
    return this.#reads.add(id);
  }

  /**
   * Newest first. Equal lists that are asked for at the same time share a command.
   * @throws {QueueFullError} when 5,000 equal lists wait
   */
  list(page: Page, name: string | undefined): Promise<PageItems<StoredProduct>> {
    return this.#lists.ask({ page, name });
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

  async #list({ page: { limit, after }, name }: ListQuery): Promise<PageItems<StoredProduct>> {
    const filter: Filter<ProductDocument> = { deletedAt: null };
    if (name !== undefined) filter.name = { $eq: name };
    if (after !== undefined) {
      const createdAt = new Date(after.createdAtMs);
      filter.createdAt = { $lte: createdAt };
      filter.$or = [{ createdAt: { $lt: createdAt } }, { createdAt, _id: { $lt: new ObjectId(after.id) } }];
    }
    const query = { find: "products", filter, sort: { createdAt: -1, _id: -1 }, limit, readConcern: majority };
    const found = await findPage(this.#commands, query, { mayRepeat: true, batch: LIST_BATCH });
    const { items, ...end } = this.#decoded.readPage(found);
    return { items: items.filter((product) => product !== undefined), ...end };
  }

  async #findAll(ids: readonly string[]): Promise<ReadonlyMap<string, Settled<StoredProduct | undefined>>> {
    const query = { find: "products", filter: byIds(ids), batchSize: ids.length + 1, readConcern: majority };
    return this.#decoded.readAll(await findRaw(this.#commands, query, { mayRepeat: true }));
  }

  async #missed(id: string): Promise<Missed> {
    return (await this.#products.findOne(live(id), { projection: { _id: 1 } })) === null ? "absent" : "otherVersion";
  }
}

const form = wireForm("product", Product);

/**
 * The product of a document; undefined when it was deleted.
 * @throws when it is not one that this service writes
 */
function liveProduct(document: ProductDocument): StoredProduct | undefined {
  if (isDeleted(document)) return undefined;
  const product = form.whole({ id: document._id.toHexString(), view: () => storedProduct(document).product });
  return { product, version: document.version };
}

function live(id: string, versions?: ExpectedVersions): Filter<ProductDocument> {
  const filter: Filter<ProductDocument> = { _id: new ObjectId(id), deletedAt: null };
  if (versions !== undefined) filter.version = { $in: versions };
  return filter;
}
