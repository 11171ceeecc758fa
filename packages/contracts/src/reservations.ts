import { type Static, Type } from "@sinclair/typebox";
import { ORDER_ITEMS_MAX, RESERVATION_BATCH_MAX } from "./limits.ts";
import { ClosedObject, Cursor, Id, pageQuery, StringEnum, Timestamp, Traceparent, WholeNumber } from "./primitives.ts";
import { ErrorEnvelope } from "./errors.ts";
import { OrderItem, RequestedItem } from "./orders.ts";

/** Header that carries how many milliseconds the caller still waits; the called service drops the work after them. */
export const DEADLINE_HEADER = "x-request-timeout-ms";

/** States of a reservation; `released` is final. */
export const reservationStates = ["held", "confirmed", "released"] as const;
/** State of a reservation. */
export const ReservationState = StringEnum(reservationStates, { title: "ReservationState" });
export type ReservationState = Static<typeof ReservationState>;

/** SHA-256 over the merged, sorted lines of an order, in hexadecimal. */
export const Fingerprint = Type.String({ pattern: "^[0-9a-f]{64}$" });
/** Random id of one reservation, made when it is held: 32 hexadecimal digits. */
export const ReservationToken = Type.String({ pattern: "^[0-9a-f]{32}$" });

/** Lines are merged (one per product) and sorted by product id. */
export const ReserveItems = ClosedObject(
  {
    userId: Id,
    fingerprint: Fingerprint,
    items: Type.Array(RequestedItem, { minItems: 1, maxItems: ORDER_ITEMS_MAX }),
  },
  { title: "ReserveItems" },
);
export type ReserveItems = Static<typeof ReserveItems>;

/** Stock reserved for one order, with the products' names and prices of that moment. */
export const Reservation = ClosedObject(
  {
    orderId: Id,
    rid: ReservationToken,
    userId: Id,
    state: ReservationState,
    fingerprint: Fingerprint,
    items: Type.Array(OrderItem, { maxItems: ORDER_ITEMS_MAX }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    traceparent: Type.Optional(Traceparent),
  },
  { title: "Reservation", description: "Stock reserved for one order" },
);
export type Reservation = Static<typeof Reservation>;

/** Path of /reservations/:orderId and what lies below it. */
export const ReservationParams = ClosedObject({ orderId: Id });

/** Body of confirm, release and settle: only the holder of the token moves the reservation. */
export const MoveReservation = ClosedObject({ rid: ReservationToken }, { title: "MoveReservation" });
export type MoveReservation = Static<typeof MoveReservation>;

/** The state after the move; `none` when there is no such reservation, which is nothing to undo. */
export const MoveReservationResult = ClosedObject(
  { orderId: Id, state: StringEnum([...reservationStates, "none"]) },
  { title: "MoveReservationResult", description: "State of the reservation after the call" },
);
export type MoveReservationResult = Static<typeof MoveReservationResult>;

/** What a command of a batch belongs to: its log lines and spans carry these, not those of the request that brought it. */
const commandTrace = {
  requestId: Type.Optional(
    Type.String({ pattern: "^[\\w.:-]{1,128}$", description: "x-request-id of the request that it belongs to" }),
  ),
  traceparent: Type.Optional(Traceparent),
};
const reservationMoves = ["confirm", "release", "settle"] as const;

/** One of many commands that share a request. */
export const ReservationCommand = Type.Union(
  [
    ClosedObject(
      { command: StringEnum(["reserve"]), orderId: Id, ...ReserveItems.properties, ...commandTrace },
      { title: "ReserveCommand" },
    ),
    ClosedObject(
      { command: StringEnum(reservationMoves), orderId: Id, ...MoveReservation.properties, ...commandTrace },
      { title: "MoveCommand" },
    ),
  ],
  { title: "ReservationCommand" },
);
export type ReservationCommand = Static<typeof ReservationCommand>;

/** Commands of several orders. They have nothing to do with each other: none fails because another does. */
export const ReservationBatch = ClosedObject(
  {
    commands: Type.Array(ReservationCommand, { minItems: 1, maxItems: RESERVATION_BATCH_MAX }),
  },
  { title: "ReservationBatch" },
);
export type ReservationBatch = Static<typeof ReservationBatch>;

/** What one command came to: what its own route would have answered. */
export const ReservationCommandResult = Type.Union(
  [
    ClosedObject({ reservation: Reservation }, { title: "ReserveResult" }),
    ClosedObject({ moved: MoveReservationResult }, { title: "MoveResult" }),
    ErrorEnvelope,
  ],
  { title: "ReservationCommandResult" },
);
export type ReservationCommandResult = Static<typeof ReservationCommandResult>;

/** Answer of POST /reservations/batch. */
export const ReservationBatchResult = ClosedObject(
  { results: Type.Array(ReservationCommandResult, { maxItems: RESERVATION_BATCH_MAX }) },
  { title: "ReservationBatchResult", description: "One result for each command, in the same order" },
);
export type ReservationBatchResult = Static<typeof ReservationBatchResult>;

/** Query of GET /reservations. */
export const ReservationListQuery = ClosedObject({
  ...pageQuery,
  state: Type.Optional({ ...ReservationState, description: "Only reservations in this state" }),
  olderThanMs: Type.Optional(
    WholeNumber({
      minimum: 0,
      maximum: 31_536_000_000,
      description: "Only those held for longer than this, in milliseconds",
    }),
  ),
});
export type ReservationListQuery = Static<typeof ReservationListQuery>;

/** Answer of GET /reservations. */
export const ReservationList = ClosedObject(
  { reservations: Type.Array(Reservation), nextCursor: Type.Optional(Cursor) },
  { title: "ReservationList", description: "A page of reservations, oldest first" },
);
export type ReservationList = Static<typeof ReservationList>;
