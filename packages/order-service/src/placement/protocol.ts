/** The placement protocol without I/O: production and the simulator run this very code over their own ports. */
export { changeStatus, type ChangeCommand, type ChangeResult } from "./change-status.ts";
export { confirmPlaced } from "./confirm.ts";
export { deriveOrderId } from "./identity.ts";
export type * from "./order.ts";
export { type Placement, type PlaceCommand, placeOrder } from "./place.ts";
export type * from "./ports.ts";
export { followOrder, reapReservation, type StaleHold } from "./reap.ts";
export { ENTRY_TRIES_MAX, relayEntry } from "./relay.ts";
