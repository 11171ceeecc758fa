import { Reservation } from "@pos/contracts/reservations";
import { wireForm } from "@pos/service-kit/wire-form";
import { ObjectId } from "mongodb";
import type { ReservationRecord, ReservationState } from "./protocol-types.ts";

/** Its wire form, which a document that was changed by hand may not have. */
export const reservationForm = wireForm("reservation", Reservation);

/** A reservation as it is stored; `_id` is the order's id. Confirmed ones are never deleted. */
export interface ReservationDocument {
  _id: ObjectId;
  rid: string;
  userId: ObjectId;
  state: ReservationState;
  fingerprint: string;
  items: { productId: ObjectId; productName: string; price: number; quantity: number }[];
  isOpen: boolean;
  createdAt: Date;
  updatedAt: Date;
  traceparent?: string;
}

export function recordOf(document: ReservationDocument): ReservationRecord {
  return {
    orderId: document._id.toHexString(),
    rid: document.rid,
    userId: document.userId.toHexString(),
    state: document.state,
    fingerprint: document.fingerprint,
    items: document.items.map((item) => ({ ...item, productId: item.productId.toHexString() })),
    isOpen: document.isOpen,
    createdAtMs: document.createdAt.getTime(),
    updatedAtMs: document.updatedAt.getTime(),
    ...traceOf(document),
  };
}

/**
 * The same for what a decision is made of: units that are a text would be added as a text.
 * @throws {Error} that says what is wrong with it
 */
export function checkedRecord(document: ReservationDocument): ReservationRecord {
  reservationForm.whole({ id: String(document._id), view: () => reservationOf(recordOf(document)) });
  return recordOf(document);
}

export function documentOf(record: ReservationRecord): ReservationDocument {
  return {
    _id: new ObjectId(record.orderId),
    rid: record.rid,
    userId: new ObjectId(record.userId),
    state: record.state,
    fingerprint: record.fingerprint,
    items: record.items.map((item) => ({ ...item, productId: new ObjectId(item.productId) })),
    isOpen: record.isOpen,
    createdAt: new Date(record.createdAtMs),
    updatedAt: new Date(record.updatedAtMs),
    ...traceOf(record),
  };
}

/** The wire form. */
export function reservationOf(record: ReservationRecord): Reservation {
  const { orderId, rid, userId, state, fingerprint, items } = record;
  return {
    orderId,
    rid,
    userId,
    state,
    fingerprint,
    items: [...items],
    createdAt: new Date(record.createdAtMs).toISOString(),
    updatedAt: new Date(record.updatedAtMs).toISOString(),
    ...traceOf(record),
  };
}

const traceOf = ({ traceparent }: { readonly traceparent?: string | undefined }) =>
  traceparent === undefined ? {} : { traceparent };
