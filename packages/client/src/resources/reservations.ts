import {
  DEADLINE_HEADER,
  MoveReservationResult,
  Reservation,
  ReservationBatchResult,
  type ReservationCommand,
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
  const until = ({ timeoutMs, headers }: CallOptions & { timeoutMs: number }) => ({
    headers: { ...headers, [DEADLINE_HEADER]: String(Math.max(1, Math.floor(timeoutMs))) },
  });
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
          ...until(options),
        })
      ).value,
    /** Carries out commands of several orders, at most 200; the service drops what is left after `timeoutMs`. */
    batch: async (commands: readonly ReservationCommand[], options: CallOptions & { timeoutMs: number }) =>
      (
        await http.call({
          method: "POST",
          path: "/reservations/batch",
          body: { commands },
          answer: ReservationBatchResult,
          ...options,
          ...until(options),
        })
      ).value.results,
    confirm: move("confirm"),
    release: move("release"),
    settle: move("settle"),
    list: async (query: ReservationListQuery = {}, options: CallOptions = {}) =>
      (await http.call({ method: "GET", path: "/reservations", query, answer: ReservationList, ...options })).value,
  };
};
