import {
  AuditOrder,
  AuditOrderList,
  AuditProductList,
  AuditReservation,
  AuditReservationList,
  OutboxList,
} from "@pos/contracts/audit";
import { pathTo } from "../path.ts";
import type { CallOptions, Transport } from "../transport.ts";

type PageQuery = { limit?: number; cursor?: string };

/** Calls under /audit and /outbox: for administrators. */
export const auditClient = ({ product, order }: { product: Transport; order: Transport }) => ({
  products: async (query: PageQuery = {}, options: CallOptions = {}) =>
    (await product.call({ method: "GET", path: "/audit/products", query, answer: AuditProductList, ...options })).value,
  reservations: async (query: PageQuery = {}, options: CallOptions = {}) =>
    (
      await product.call({
        method: "GET",
        path: "/audit/reservations",
        query,
        answer: AuditReservationList,
        ...options,
      })
    ).value,
  reservation: async (orderId: string, options: CallOptions = {}) =>
    (
      await product.call({
        method: "GET",
        path: pathTo`/audit/reservations/${orderId}`,
        answer: AuditReservation,
        ...options,
      })
    ).value,
  orders: async (query: PageQuery = {}, options: CallOptions = {}) =>
    (await order.call({ method: "GET", path: "/audit/orders", query, answer: AuditOrderList, ...options })).value,
  order: async (id: string, options: CallOptions = {}) =>
    (await order.call({ method: "GET", path: pathTo`/audit/orders/${id}`, answer: AuditOrder, ...options })).value,
  outbox: async (query: PageQuery & { state?: "pending" | "dead" } = {}, options: CallOptions = {}) =>
    (await order.call({ method: "GET", path: "/outbox", query, answer: OutboxList, ...options })).value,
  /** Gives a dead entry 20 new tries. */
  retryOutboxEntry: async (orderId: string, entryId: string, options: CallOptions = {}) => {
    await order.call({
      method: "POST",
      path: pathTo`/outbox/${orderId}/${entryId}/retry`,
      body: {},
      answer: undefined,
      ...options,
    });
  },
});
