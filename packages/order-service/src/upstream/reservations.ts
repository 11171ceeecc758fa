import { ApiError } from "@pos/client/errors";
import type { reservationsClient } from "@pos/client/reservations";
import { DEADLINE_MAX_MS, type Reservation } from "@pos/contracts/reservations";
import type { ReservationRefusal, Reservations, ReserveCommand, Unanswered } from "../placement/ports.ts";
import { hop, type HopTools } from "./service-call.ts";

type Reserved = Awaited<ReturnType<Reservations["reserve"]>>;
type MoveVerdict = Awaited<ReturnType<Reservations["move"]>>;

const refusalStatus: Readonly<Record<ReservationRefusal["code"], number>> = {
  INSUFFICIENT_STOCK: 409,
  PENDING_LIMIT: 409,
  UNKNOWN_PRODUCT: 400,
  IDEMPOTENCY_KEY_REUSED: 422,
};

/**
 * The reservations of product-service over HTTP.
 * @param trace headers that the calls carry on
 */
export function createReservations(
  client: ReturnType<typeof reservationsClient>,
  tools: HopTools,
  trace: Readonly<Record<string, string>> = {},
): Reservations {
  return {
    reserve: (command, deadlineAtMs) =>
      hop<Reserved>(
        { to: "product-service", deadlineAtMs },
        tools,
        async (options) => {
          const { orderId, userId, fingerprint, items } = command;
          const timeoutMs = Math.min(options.timeoutMs, DEADLINE_MAX_MS);
          const body = { userId, fingerprint, items: [...items] };
          return reservedOf(await client.reserve(orderId, body, { ...options, timeoutMs, headers: trace }), command);
        },
        refusalOf,
      ),
    move: (kind, { orderId, rid }, deadlineAtMs) =>
      hop<MoveVerdict>(
        { to: "product-service", deadlineAtMs },
        tools,
        async (options) => {
          const { state } = await client[kind](orderId, rid, { ...options, headers: trace });
          return { kind: "moved", state };
        },
        moveRefusalOf,
      ),
  };
}

/** An answer about something else than what was asked is no hold: whatever is behind it, the reaper settles it. */
function reservedOf(reservation: Reservation, command: ReserveCommand): Reserved {
  if (reservation.orderId.toLowerCase() !== command.orderId || reservation.fingerprint !== command.fingerprint) {
    const cause = new Error(`product-service answered with the reservation of order ${reservation.orderId}`);
    return { kind: "unanswered", reason: "broken", cause } satisfies Unanswered;
  }
  if (reservation.state === "released") return { kind: "released" };
  return { kind: "held", rid: reservation.rid, items: reservation.items };
}

function refusalOf(error: ApiError): ReservationRefusal | undefined {
  const code = Object.keys(refusalStatus).find((candidate): candidate is ReservationRefusal["code"] => {
    return candidate === error.code;
  });
  if (code === undefined || refusalStatus[code] !== error.status) return undefined;
  return { kind: "refused", code, message: error.message, details: error.details };
}

/** A 4xx other than those about our token or the other's load refuses the message itself. */
function moveRefusalOf(error: ApiError): MoveVerdict | undefined {
  const isRefusal = error.status >= 400 && error.status < 500 && ![401, 403, 408, 429].includes(error.status);
  return isRefusal ? { kind: "refused", reason: `${error.status} ${error.code}: ${error.message}` } : undefined;
}
