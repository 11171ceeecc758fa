import {
  type ChangeOrderStatus,
  type CreateOrder,
  Order,
  OrderList,
  type OrderListQuery,
  type UserOrderListQuery,
} from "@pos/contracts/orders";
import { allPages } from "../pages.ts";
import { pathTo } from "../path.ts";
import type { CallOptions, Transport } from "../transport.ts";

/** An order as POST /orders answered it. */
export interface PlacedOrder {
  readonly order: Order;
  /** Whether an earlier request with the same Idempotency-Key had placed it. */
  readonly isReplayed: boolean;
}

/** Calls under /orders. */
export const ordersClient = (http: Transport) => {
  const list = async (query: OrderListQuery = {}, options: CallOptions = {}) =>
    (await http.call({ method: "GET", path: "/orders", query, answer: OrderList, ...options })).value;
  const listOfUser = async (userId: string, query: UserOrderListQuery = {}, options: CallOptions = {}) =>
    (await http.call({ method: "GET", path: pathTo`/orders/user/${userId}`, query, answer: OrderList, ...options }))
      .value;
  return {
    list,
    listOfUser,
    /** Every order of a list, page by page: of one user when `ofUser` names one. */
    all: (query: OrderListQuery = {}, ofUser?: string) =>
      allPages(async (cursor) => {
        const page = { ...query, ...(cursor === undefined ? {} : { cursor }) };
        const { orders, nextCursor } = await (ofUser === undefined ? list(page) : listOfUser(ofUser, page));
        return { items: orders, nextCursor };
      }),
    /** Places an order. With an `idempotencyKey` the call may be repeated until it is answered. */
    place: async (
      body: CreateOrder,
      { idempotencyKey, ...options }: CallOptions & { idempotencyKey?: string } = {},
    ): Promise<PlacedOrder> => {
      const headers = {
        ...options.headers,
        ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
      };
      const answer = await http.call({ method: "POST", path: "/orders", body, answer: Order, ...options, headers });
      return { order: answer.value, isReplayed: answer.headers.get("idempotent-replayed") === "true" };
    },
    get: async (id: string, options: CallOptions = {}) =>
      (await http.call({ method: "GET", path: pathTo`/orders/${id}`, answer: Order, ...options })).value,
    setStatus: async (id: string, body: ChangeOrderStatus, options: CallOptions = {}) =>
      (await http.call({ method: "PUT", path: pathTo`/orders/${id}/status`, body, answer: Order, ...options })).value,
  };
};
