import { STOCK_MAX_UNITS } from "@pos/contracts/limits";
import type {
  CreateProduct,
  ProductList,
  ProductListQuery,
  StockAdjustment,
  UpdateProduct,
} from "@pos/contracts/products";
import { AppError, invalidField, notFound, unavailable } from "@pos/service-kit/app-error";
import { changeInTime } from "@pos/service-kit/change-in-time";
import type { Clock } from "@pos/service-kit/clock";
import { endPage, readPage } from "@pos/service-kit/pagination";
import type { AdjustmentRepository, AdjustmentResult } from "./adjustment-repository.ts";
import type { StoredProduct } from "./documents.ts";
import type { ExpectedVersions, Missed, ProductRepository } from "./repository.ts";

/** Rules of the catalogue. Ids are given in lower case. */
export class ProductService {
  readonly #products: ProductRepository;
  readonly #adjustments: AdjustmentRepository;
  readonly #clock: Clock;

  constructor(products: ProductRepository, adjustments: AdjustmentRepository, clock: Clock) {
    this.#products = products;
    this.#adjustments = adjustments;
    this.#clock = clock;
  }

  /** @throws {AppError} SERVICE_UNAVAILABLE when the database does not answer within 4 s */
  create(product: CreateProduct): Promise<StoredProduct> {
    return changeInTime(this.#clock, () => this.#products.create(product, this.#now()));
  }

  /** @throws {AppError} NOT_FOUND */
  async get(id: string): Promise<StoredProduct> {
    const found = await this.#products.find(id);
    if (found === undefined) throw notFound("product", id);
    return found;
  }

  /** @throws {AppError} VALIDATION_ERROR for a foreign cursor */
  async list(query: ProductListQuery): Promise<ProductList> {
    const page = readPage(query);
    const { items, nextCursor } = endPage(await this.#products.list(page, query.name), positionOf);
    return { products: items.map(({ product }) => product), ...(nextCursor === undefined ? {} : { nextCursor }) };
  }

  /** @throws {AppError} NOT_FOUND, PRECONDITION_FAILED, SERVICE_UNAVAILABLE */
  async update(id: string, changes: UpdateProduct, versions: ExpectedVersions): Promise<StoredProduct> {
    const result = await changeInTime(this.#clock, () =>
      this.#products.update(id, changes, { versions, now: this.#now() }),
    );
    if (typeof result === "string") throw missed(result, id);
    return result;
  }

  /** @throws {AppError} NOT_FOUND, PRECONDITION_FAILED, SERVICE_UNAVAILABLE */
  async delete(id: string, versions: ExpectedVersions): Promise<void> {
    const result = await changeInTime(this.#clock, () => this.#products.delete(id, { versions, now: this.#now() }));
    if (result !== "deleted") throw missed(result, id);
  }

  /**
   * Adds `delta` units to the stock, or takes them out.
   * @param request who asks, and the Idempotency-Key, under which it happens once
   * @throws {AppError} VALIDATION_ERROR for 0, NOT_FOUND, INSUFFICIENT_STOCK, CONFLICT, IDEMPOTENCY_KEY_REUSED,
   *   SERVICE_UNAVAILABLE
   */
  async adjustStock(
    id: string,
    { delta, reason }: StockAdjustment,
    request: { by: string; key: string | undefined },
  ): Promise<StoredProduct & { isReplay: boolean }> {
    if (delta === 0) throw invalidField("body", "delta", "must not be 0");
    const result = await changeInTime(this.#clock, (deadlineAtMs) =>
      this.#adjustments.adjust({ productId: id, delta, reason, ...request }, deadlineAtMs),
    );
    if (result.kind !== "done") throw refused(result, id, delta);
    return { ...result.stored, isReplay: result.isReplay };
  }

  #now(): Date {
    return new Date(this.#clock.now());
  }
}

const positionOf = ({ product }: StoredProduct) => ({ createdAtMs: Date.parse(product.createdAt), id: product.id });

function missed(reason: Missed, id: string): AppError {
  if (reason === "absent") return notFound("product", id);
  return new AppError("PRECONDITION_FAILED", "The product changed since it was read. Read it again, then repeat.", {
    details: { type: "product", id },
  });
}

function refused(result: Exclude<AdjustmentResult, { kind: "done" }>, id: string, delta: number): AppError {
  switch (result.kind) {
    case "absent":
      return notFound("product", id);
    case "outOfBounds":
      return delta < 0
        ? new AppError("INSUFFICIENT_STOCK", `Only ${result.stockUnits} units are in stock.`, {
            details: { productId: id, requestedUnits: -delta, availableUnits: result.stockUnits },
          })
        : new AppError("CONFLICT", `The stock would go over ${STOCK_MAX_UNITS} units.`, {
            details: { productId: id, stockUnits: result.stockUnits, maximumUnits: STOCK_MAX_UNITS },
          });
    case "otherBody":
      return new AppError("IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used for another adjustment.");
    case "noAnswer":
      return unavailable(
        "The database did not settle the adjustment in time. Try again with the same key.",
        result.cause,
      );
  }
}
