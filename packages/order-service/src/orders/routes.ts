import { errors } from "@pos/contracts/errors";
import {
  ChangeOrderStatus,
  CreateOrder,
  Order,
  OrderList,
  OrderListQuery,
  OrderParams,
  OrderUserParams,
  UserOrderListQuery,
} from "@pos/contracts/orders";
import { access } from "@pos/service-kit/access";
import {
  etagOf,
  idempotencyKey,
  ifMatch,
  readIdempotencyKey,
  readIfMatch,
  versioned,
} from "@pos/service-kit/preconditions";
import type { RequestContext } from "@pos/service-kit/request-context";
import type { TokenVerifier } from "@pos/service-kit/token-verifier";
import { Elysia } from "elysia";
import type { OrderService, Trace } from "./service.ts";

/** Orders: for their owner and administrators. */
export const orderRoutes = (orders: OrderService, verifier: TokenVerifier) =>
  new Elysia({ normalize: false, prefix: "/orders", tags: ["orders"] })
    .use(access(verifier))
    .post(
      "",
      async ({ body, headers, identity, context, set, status }) => {
        const key = readIdempotencyKey(headers["idempotency-key"]);
        const { order, version, isReplayed } = await orders.place(body, {
          by: identity,
          idempotencyKey: key,
          trace: traceOf(context),
        });
        set.headers["etag"] = etagOf(version);
        set.headers["location"] = `/orders/${order.id}`;
        if (isReplayed) set.headers["idempotent-replayed"] = "true";
        return status(201, order);
      },
      {
        access: ["owner", "admin"],
        headers: idempotencyKey("place one order"),
        body: CreateOrder,
        detail: { summary: "Places an order", operationId: "placeOrder" },
        response: { 201: versioned(Order), ...errors(400, 401, 403, 409, 413, 415, 422, 500, 502, 503) },
      },
    )
    .get(
      "/:id",
      async ({ params, identity, set }) => {
        const { order, version } = await orders.get(params.id.toLowerCase(), identity);
        set.headers["etag"] = etagOf(version);
        return order;
      },
      {
        access: ["owner", "admin"],
        params: OrderParams,
        detail: { summary: "Reads an order", operationId: "getOrder" },
        response: { 200: versioned(Order), ...errors(400, 401, 403, 404, 500, 503) },
      },
    )
    .get("/user/:userId", ({ params, query }) => orders.list(query, params.userId), {
      access: ["self", "admin"],
      params: OrderUserParams,
      query: UserOrderListQuery,
      detail: { summary: "Lists the orders of a user, newest first", operationId: "listOrdersOfUser" },
      response: { 200: OrderList, ...errors(400, 401, 403, 500, 503) },
    })
    .get("", ({ query }) => orders.list(query), {
      access: ["admin"],
      query: OrderListQuery,
      detail: { summary: "Lists orders, newest first", operationId: "listOrders" },
      response: { 200: OrderList, ...errors(400, 401, 403, 500, 503) },
    })
    .put(
      "/:id/status",
      async ({ params, body, headers, identity, set }) => {
        const versions = readIfMatch(headers["if-match"]);
        const { order, version } = await orders.changeStatus(params.id.toLowerCase(), body, { by: identity, versions });
        set.headers["etag"] = etagOf(version);
        return order;
      },
      {
        access: ["owner", "admin"],
        params: OrderParams,
        headers: ifMatch("order"),
        body: ChangeOrderStatus,
        detail: { summary: "Changes the status of an order", operationId: "changeOrderStatus" },
        response: { 200: versioned(Order), ...errors(400, 401, 403, 404, 409, 412, 413, 415, 500, 503) },
      },
    );

/** What the hops of a request carry on. */
function traceOf({ requestId, traceparent }: RequestContext): Trace {
  return { "x-request-id": requestId, ...(traceparent === undefined ? {} : { traceparent }) };
}
