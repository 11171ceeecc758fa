import { type Static, Type } from "@sinclair/typebox";
import { ClosedObject, Cursor, Id, pageQuery, StringEnum, Timestamp, WholeNumber } from "./primitives.ts";
import { OrderHistoryEntry, OrderItem } from "./orders.ts";
import { Fingerprint, Reservation, ReservationToken } from "./reservations.ts";

/** A stored document that is not as its service writes it: nobody can judge what it says, so the page names it apart. */
export const BrokenDocument = ClosedObject(
  {
    id: Type.String({ description: "Of the document, as its `_id` reads" }),
    problems: Type.Array(Type.String(), { description: "What is wrong, by field: never the value" }),
  },
  { title: "BrokenDocument" },
);
export type BrokenDocument = Static<typeof BrokenDocument>;

/** What every page of an audit has beside its documents. */
const pageEnd = {
  broken: Type.Optional(
    Type.Array(BrokenDocument, { description: "Documents that no service can have written; absent if there are none" }),
  ),
  nextCursor: Type.Optional(Cursor),
};

const units = WholeNumber({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER });

/** The stock book of one product: I1 wants received = stock + held + confirmed. Majority read of one snapshot. */
export const AuditProduct = ClosedObject(
  {
    id: Id,
    stock: units,
    received: units,
    heldUnits: units,
    confirmedUnits: units,
    deleted: Type.Boolean(),
  },
  { title: "AuditProduct" },
);
export type AuditProduct = Static<typeof AuditProduct>;

/** Answer of GET /audit/products. */
export const AuditProductList = ClosedObject(
  { products: Type.Array(AuditProduct), ...pageEnd },
  { title: "AuditProductList", description: "A page of stock books" },
);
export type AuditProductList = Static<typeof AuditProductList>;

/** A reservation as the auditor sees it. */
export const AuditReservation = ClosedObject(
  {
    ...Reservation.properties,
    /** Age by the database's clock. */
    ageMs: WholeNumber({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  },
  { title: "AuditReservation", description: "A reservation with its age" },
);
export type AuditReservation = Static<typeof AuditReservation>;

/** Answer of GET /audit/reservations. */
export const AuditReservationList = ClosedObject(
  { reservations: Type.Array(AuditReservation), ...pageEnd },
  { title: "AuditReservationList", description: "A page of reservations by order id" },
);
export type AuditReservationList = Static<typeof AuditReservationList>;

/** Whether a message will be tried again, or has used up its tries. */
export const OutboxState = StringEnum(["pending", "dead"], { title: "OutboxState" });

/** A message that must reach product-service at least once; orders of before ADR 0019 may hold a `confirm`. */
export const OutboxEntry = ClosedObject(
  {
    id: Type.String({ maxLength: 64, examples: ["65f1c0ffee0123456789abce"] }),
    kind: StringEnum(["release", "settle", "confirm"]),
    state: OutboxState,
    tries: WholeNumber({ minimum: 0, maximum: 1_000_000 }),
    createdAt: Timestamp,
    nextAt: Timestamp,
    lastError: Type.Optional(Type.String({ maxLength: 1000, description: "Answer to the last try" })),
  },
  { title: "OutboxEntry" },
);
export type OutboxEntry = Static<typeof OutboxEntry>;

/** An order as the auditor sees it: tombstones (`void`) included, keys as their hash only. */
export const AuditOrder = ClosedObject(
  {
    id: Id,
    userId: Id,
    status: StringEnum(["pending", "processing", "completed", "cancelled", "void"]),
    rid: Type.Optional(ReservationToken),
    fingerprint: Fingerprint,
    keyHash: Type.Optional(Type.String({ maxLength: 64 })),
    items: Type.Array(OrderItem),
    history: Type.Array(OrderHistoryEntry),
    outbox: Type.Array(OutboxEntry),
    createdAt: Timestamp,
    ageMs: WholeNumber({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  },
  { title: "AuditOrder", description: "An order or tombstone with its outbox" },
);
export type AuditOrder = Static<typeof AuditOrder>;

/** Answer of GET /audit/orders. */
export const AuditOrderList = ClosedObject(
  { orders: Type.Array(AuditOrder), ...pageEnd },
  { title: "AuditOrderList", description: "A page of orders and tombstones by id" },
);
export type AuditOrderList = Static<typeof AuditOrderList>;

/** Query of lists that have no filter of their own. */
export const AuditListQuery = ClosedObject(pageQuery);
export type AuditListQuery = Static<typeof AuditListQuery>;

/** Query of GET /outbox; the limit counts orders. */
export const OutboxListQuery = ClosedObject({
  ...pageQuery,
  state: Type.Optional({ ...OutboxState, description: "Default: both" }),
});
export type OutboxListQuery = Static<typeof OutboxListQuery>;

/** Path of POST /outbox/:orderId/:entryId/retry. */
export const OutboxEntryParams = ClosedObject({
  orderId: Id,
  entryId: Type.String({ pattern: "^[\\w-]{1,64}$", description: "Id of an entry that GET /outbox lists" }),
});

/** An entry with the order that holds it. */
export const ListedOutboxEntry = ClosedObject({ orderId: Id, entry: OutboxEntry }, { title: "ListedOutboxEntry" });
/** Answer of GET /outbox. */
export const OutboxList = ClosedObject(
  { entries: Type.Array(ListedOutboxEntry), nextCursor: Type.Optional(Cursor) },
  { title: "OutboxList", description: "Outbox entries" },
);
export type OutboxList = Static<typeof OutboxList>;
