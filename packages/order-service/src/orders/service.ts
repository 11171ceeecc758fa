import type {
  ChangeOrderStatus,
  CreateOrder,
  Order,
  OrderList,
  OrderListQuery,
  UserOrderListQuery,
} from "@pos/contracts/orders";
import { beginsWithDay } from "@pos/contracts/primitives";
import { AppError, invalidField, notFound } from "@pos/service-kit/app-error";
import type { Clock } from "@pos/service-kit/clock";
import type { Identity } from "@pos/service-kit/identity";
import { endPage, type Page, type PageItems, readPage } from "@pos/service-kit/pagination";
import { changeStatus } from "../placement/change-status.ts";
import { overLimitProduct } from "../placement/identity.ts";
import type { StoredOrder } from "../placement/order.ts";
import { placeOrder } from "../placement/place.ts";
import type { PlacementPorts } from "../placement/ports.ts";
import { changeError, placementError } from "./verdicts.ts";
import { orderView } from "./views.ts";
import type { OrderMeasurements } from "../measurements.ts";

/** Headers by which the calls of one request are found again in the logs of other services. */
export type Trace = Readonly<Record<string, string>>;

/** What the service reads orders through. */
export interface OrderReader {
  find(id: string): Promise<StoredOrder | undefined>;
  list(
    page: Page,
    filter: { userId?: string | undefined; status?: Order["status"] | undefined; since?: Date | undefined },
  ): Promise<PageItems<StoredOrder>>;
}

/** An order and the version that its ETag names. */
export interface VersionedOrder {
  readonly order: Order;
  readonly version: number;
}

/** What the service works with. */
export interface OrderTools {
  readonly clock: Clock;
  readonly placementTimeoutMs: number;
  readonly measurements: Pick<OrderMeasurements, "placement">;
}

/** Orders for people: who may do what, and what each verdict of the protocol is answered as. */
export class OrderService {
  readonly #reader: OrderReader;
  readonly #portsFor: (trace: Trace) => PlacementPorts;
  readonly #tools: OrderTools;

  /** @param portsFor the protocol's world for one request, whose hops carry its trace */
  constructor(reader: OrderReader, portsFor: (trace: Trace) => PlacementPorts, tools: OrderTools) {
    this.#reader = reader;
    this.#portsFor = portsFor;
    this.#tools = tools;
  }

  /**
   * Places an order for its user, by the user or an administrator.
   * @throws {AppError} FORBIDDEN, VALIDATION_ERROR, UNKNOWN_USER, ACCOUNT_SUSPENDED, UNKNOWN_PRODUCT,
   *   INSUFFICIENT_STOCK, PENDING_LIMIT, IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_KEY_EXHAUSTED, BAD_GATEWAY,
   *   SERVICE_UNAVAILABLE
   */
  async place(
    body: CreateOrder,
    request: { by: Identity; idempotencyKey?: string | undefined; trace?: Trace },
  ): Promise<VersionedOrder & { isReplayed: boolean }> {
    const userId = body.userId.toLowerCase();
    refuseForeign(request.by, userId);
    const lines = body.items.map(({ productId, quantity }) => ({ productId: productId.toLowerCase(), quantity }));
    refuseTooMany(lines);
    const { idempotencyKey } = request;
    const { clock, placementTimeoutMs, measurements } = this.#tools;
    const command = {
      userId,
      by: request.by.subject,
      lines,
      deadlineAtMs: clock.now() + placementTimeoutMs,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    };
    const ports = this.#portsFor(request.trace ?? {});
    const placement = await measurements.placement(() => placeOrder(command, ports));
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
    const { items, nextCursor } = endPage(found, ({ createdAt, id }) => ({
      createdAtMs: createdAt.getTime(),
      id,
    }));
    return { orders: items.map(orderView), ...(nextCursor === undefined ? {} : { nextCursor }) };
  }

  /**
   * Changes the status of an order: an administrator by any legal move, its owner from pending to cancelled.
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
        ...(by.role === "admin" ? {} : { allowedFrom: ownerMoves }),
        admit: (order) => {
          if (by.role !== "admin" && (by.subject !== order.userId || status !== "cancelled")) return "forbidden";
          if (versions !== undefined && !versions.includes(order.version)) return "precondition-failed";
          return undefined;
        },
      },
      this.#portsFor({}),
    );
    if (result.kind !== "changed" && result.kind !== "unchanged") throw changeError(result, { orderId, to: status });
    return { order: orderView(result.order), version: result.order.version };
  }
}

/** Owners may cancel while nobody works on the order. */
const ownerMoves = (from: Order["status"]): readonly Order["status"][] => (from === "pending" ? ["cancelled"] : []);

function refuseForeign(by: Identity, userId: string): void {
  if (by.role !== "admin" && by.subject !== userId)
    throw new AppError("FORBIDDEN", "Your token permits only your own orders.");
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
  if (!Number.isNaN(date.getTime()) && beginsWithDay(since)) return date;
  throw invalidField("query", "since", "is not a valid date");
}
