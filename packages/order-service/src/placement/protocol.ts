/** The placement protocol without I/O: production and the simulator run this very code over their own ports. */
export { changeStatus, type ChangeCommand, type ChangeResult, type Denial } from "./change-status.ts";
export { confirmPlaced, type Confirmation, type PlacedOrder } from "./confirm.ts";
export { newEntry, pendingOrder, voidOrder } from "./documents.ts";
export { deriveOrderId, fingerprintOf, keyHashOf, mergeLines } from "./identity.ts";
export type * from "./order.ts";
export { type Placement, type PlaceCommand, placeOrder, type Rejection } from "./place.ts";
export type * from "./ports.ts";
export { followOrder, type Reaping, reapReservation, type StaleHold } from "./reap.ts";
export { type Delivery, ENTRY_TRIES_MAX, relayEntry } from "./relay.ts";
export { totalOf } from "./totals.ts";
export { allowedMoves, messageOf } from "./transitions.ts";
