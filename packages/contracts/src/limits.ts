/** The largest request body a service reads, in bytes; one byte more is 413. */
export const BODY_MAX_BYTES = 256 * 1024;
/** How deep arrays and objects may nest in a body; deeper is 400 before anything is parsed. */
export const BODY_MAX_DEPTH = 32;
/** Page size of a list when the request names none. */
export const LIST_LIMIT_DEFAULT = 100;
/** The largest page of a list. */
export const LIST_LIMIT_MAX = 1000;
/** Longest cursor a list accepts, in characters. */
export const CURSOR_MAX_LENGTH = 512;
/** Most order lines of one order. */
export const ORDER_ITEMS_MAX = 100;
/** Most units of one order line, and of one product merged over all lines of an order. */
export const QUANTITY_MAX = 1_000_000;
/** Largest stock of a product and largest stock adjustment, in units. */
export const STOCK_MAX_UNITS = 1_000_000_000;
/** Largest price of one unit. */
export const PRICE_MAX = 1e12;
/** Largest total of an order: beyond it a double no longer holds every integer. */
export const TOTAL_MAX = Number.MAX_SAFE_INTEGER;
/** Most ids of one POST /users/lookup. */
export const LOOKUP_MAX_IDS = 200;
/** Longest wait that a caller of reservations may announce, in milliseconds. */
export const DEADLINE_MAX_MS = 4000;
/** Most commands of one POST /reservations/batch. */
export const RESERVATION_BATCH_MAX = 200;
/** How many attempts one Idempotency-Key may open after voided ones. */
export const ATTEMPTS_MAX = 8;
/** Longest steps of a service that stops, one after the other after its DRAIN_DELAY_MS, in milliseconds. */
export const SHUTDOWN_MAX_MS = {
  requests: 10_000,
  background: 10_000,
  database: 2000,
  telemetry: 2000,
  logs: 1000,
} as const;
