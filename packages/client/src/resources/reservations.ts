import {
  DEADLINE_HEADER,
  ReservationBatchResult,
  type ReservationCommand,
  ReservationList,
  type ReservationListQuery,
} from "@pos/contracts/reservations";
import type { CallOptions, Transport } from "../transport.ts";

/** Calls under /reservations: for services only. */
export const reservationsClient = (http: Transport) => ({
  /** Carries out commands of several orders, at most 200; the service drops what is left after `timeoutMs`. */
  batch: async (commands: readonly ReservationCommand[], options: CallOptions & { timeoutMs: number }) =>
    (
      await http.call({
        method: "POST",
        path: "/reservations/batch",
        body: { commands },
        answer: ReservationBatchResult,
        ...options,
        headers: { ...options.headers, [DEADLINE_HEADER]: String(Math.max(1, Math.floor(options.timeoutMs))) },
      })
    ).value.results,
  list: async (query: ReservationListQuery = {}, options: CallOptions = {}) =>
    (await http.call({ method: "GET", path: "/reservations", query, answer: ReservationList, ...options })).value,
});
