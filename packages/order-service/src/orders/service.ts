import type {
  ChangeOrderStatus,
  CreateOrder,
  Order,
  OrderList,
  OrderListQuery,
  UserOrderListQuery,
} from "@pos/contracts/orders";
import { AppError, notFound } from "@pos/service-kit/app-error";
import type { Clock } from "@pos/service-kit/clock";
import type { Identity } from "@pos/service-kit/identity";
import { cutPage, type Page, readPage } from "@pos/service-kit/pagination";
import { changeStatus } from "../placement/change-status.ts";
import { overLimitProduct } from "../placement/identity.ts";
import type { StoredOrder } from "../placement/order.ts";
import { placeOrder } from "../placement/place.ts";
import type { PlacementPorts } from "../placement/ports.ts";
import { changeError, placementError } from "./verdicts.ts";
import { orderView } from "./views.ts";

/** How long a placement may take, in milliseconds; the client waits a second longer. */
export const PLACEMENT_TIMEOUT_MS = 4000;

/** What the service reads orders through. */
export interface OrderReader {
  find(id: string): Promise<StoredOrder | undefined>;
  list(
    page: Page,
    filter: { userId?: string | undefined; status?: Order["status"] | undefined; since?: Date | undefined },
  ): Promise<readonly StoredOrder[]>;
}

/** An order and the version that its ETag names. */
export interface VersionedOrder {
  readonly order: Order;
  readonly version: number;
}

/** Orders for people: who may do what, and what each verdict of the protocol is answered as. */
export class OrderService {
  readonly #reader: OrderReader;
  readonly #ports: PlacementPorts;
  readonly #clock: Clock;

  constructor(reader: OrderReader, ports: PlacementPorts, clock: Clock) {
    this.#reader = reader;
    this.#ports = ports;
    this.#clock = clock;
  }

  /**
   * Places an order for its user, by the user or an administrator.
   * @throws {AppError} FORBIDDEN, VALIDATION_ERROR, UNKNOWN_USER, ACCOUNT_SUSPENDED, UNKNOWN_PRODUCT,
   *   INSUFFICIENT_STOCK, PENDING_LIMIT, IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_KEY_EXHAUSTED, BAD_GATEWAY,
   *   SERVICE_UNAVAILABLE
   */
  async place(
    body: CreateOrder,
    request: { by: Identity; idempotencyKey?: string | undefined },
  ): Promise<VersionedOrder & { isReplayed: boolean }> {
    const userId = body.userId.toLowerCase();
    refuseForeign(request.by, userId);
    const lines = body.items.map(({ productId, quantity }) => ({ productId: productId.toLowerCase(), quantity }));
    refuseTooMany(lines);
    const { idempotencyKey } = request;
    const placement = await placeOrder(
      {
        userId,
        by: request.by.subject,
        lines,
        deadlineAtMs: this.#clock.now() + PLACEMENT_TIMEOUT_MS,
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      },
      this.#ports,
    );
    if (placement.kind !== "placed" && placement.kind !== "replayed") throw placementError(placement);
    const { order, kind } = placement;
    return { order: orderView(order), version: order.version, isReplayed: kind === "replayed" };
  }

  /** @throws {AppError} NOT_FOUND; FORBIDDEN for another customer's order */
  async get(id: string, by: Identity): Promise<VersionedOrder> {
    const order = await this.#reader.find(id);
    if (order === undefined || order.status === "void") throw notFound("order", id);
    refuseForeign(by, order.userId);
    return { order: orderView(order), version: order.version };
  }

  async list(query: OrderListQuery | UserOrderListQuery, ofUser?: string): Promise<OrderList> {
    const page = readPage(query);
    const userId = (ofUser ?? ("userId" in query ? query.userId : undefined))?.toLowerCase();
    const found = await this.#reader.list(page, { userId, status: query.status, since: readSince(query.since) });
    const { items, nextCursor } = cutPage(found, page.limit, ({ createdAt, id }) => ({
      createdAtMs: createdAt.getTime(),
      id,
    }));
    return { orders: items.map(orderView), ...(nextCursor === undefined ? {} : { nextCursor }) };
  }

  /**
   * Moves an order along its states: an administrator by any legal move, its owner from pending to cancelled.
   * @param request `versions` are those that If-Match allows; undefined allows any
   * @throws {AppError} NOT_FOUND, FORBIDDEN, PRECONDITION_FAILED, ILLEGAL_TRANSITION, SERVICE_UNAVAILABLE
   */
  async changeStatus(
    orderId: string,
    { status, reason }: ChangeOrderStatus,
    request: { by: Identity; versions: readonly number[] | undefined },
  ): Promise<VersionedOrder> {
    const { by, versions } = request;
    const result = await changeStatus(
      {
        orderId,
        to: status,
        by: by.subject,
        ...(reason === undefined ? {} : { reason }),
        admit: (order) => {
          if (!mayChange(by, order, status)) return "forbidden";
          if (versions !== undefined && !versions.includes(order.version)) return "precondition-failed";
          return undefined;
        },
      },
      this.#ports,
    );
    if (result.kind !== "changed" && result.kind !== "unchanged") throw changeError(result, { orderId, to: status });
    return { order: orderView(result.order), version: result.order.version };
  }
}

/** Owners may cancel while the order is pending; that it is cancelled already is no reason to refuse. */
function mayChange(by: Identity, order: StoredOrder, to: Order["status"]): boolean {
  if (by.role === "admin") return true;
  if (by.subject !== order.userId || to !== "cancelled") return false;
  return order.status === "pending" || order.status === "cancelled";
}

function refuseForeign(by: Identity, userId: string): void {
  if (by.role !== "admin" && by.subject !== userId)
    throw new AppError("FORBIDDEN", "Your token permits orders of your own only.");
}

function refuseTooMany(lines: readonly { productId: string; quantity: number }[]): void {
  const productId = overLimitProduct(lines);
  if (productId === undefined) return;
  throw new AppError("VALIDATION_ERROR", `The lines of product ${productId} add up to more than 1,000,000 units.`, {
    details: { in: "body", fields: [{ path: "items", message: "add up to too many units of one product" }] },
  });
}

function readSince(since: string | undefined): Date | undefined {
  if (since === undefined) return undefined;
  const date = new Date(since);
  if (!Number.isNaN(date.getTime())) return date;
  throw new AppError("VALIDATION_ERROR", "since (query) is no date of the calendar.", {
    details: { in: "query", fields: [{ path: "since", message: "is no date of the calendar" }] },
  });
}
