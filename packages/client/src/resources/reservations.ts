import {
  DEADLINE_HEADER,
  MoveReservationResult,
  Reservation,
  ReservationList,
  type ReservationListQuery,
  type ReserveItems,
} from "@pos/contracts/reservations";
import type { CallOptions, Transport } from "../transport.ts";

/** Calls under /reservations: for services only. */
export const reservationsClient = (http: Transport) => {
  const move =
    (verb: "confirm" | "release" | "settle") =>
    async (orderId: string, rid: string, options: CallOptions = {}) =>
      (
        await http.call({
          method: "POST",
          path: `/reservations/${orderId}/${verb}`,
          body: { rid },
          answer: MoveReservationResult,
          ...options,
        })
      ).value;
  return {
    /** Takes stock for all items or none; the service drops the work after `timeoutMs`. */
    reserve: async (orderId: string, body: ReserveItems, options: CallOptions & { timeoutMs: number }) =>
      (
        await http.call({
          method: "PUT",
          path: `/reservations/${orderId}`,
          body,
          answer: Reservation,
          ...options,
          headers: { ...options.headers, [DEADLINE_HEADER]: String(Math.max(1, Math.floor(options.timeoutMs))) },
        })
      ).value,
    confirm: move("confirm"),
    release: move("release"),
    settle: move("settle"),
    list: async (query: ReservationListQuery = {}, options: CallOptions = {}) =>
      (await http.call({ method: "GET", path: "/reservations", query, answer: ReservationList, ...options })).value,
  };
};
