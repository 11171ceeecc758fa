import type { ReservationRecord, ReservationState } from "./protocol-types.ts";

/** The commands open to the holder of a reservation's token. */
export type MoveCommand = "confirm" | "release" | "settle";

/** The outcome of a command. */
export interface MoveOutcome {
  /** State after the command; `none` when there is no such reservation. */
  readonly state: ReservationState | "none";
  /** What to write; undefined when nothing changes. */
  readonly change: Pick<ReservationRecord, "state" | "isOpen"> | undefined;
  /** Set when the call should not have happened: a sentence for the log. */
  readonly alarm: string | undefined;
}

/**
 * The state table of a reservation: held → confirmed | released, confirmed → released, released is final and never
 * revived. Every command may arrive twice and out of order: one that is already done changes nothing, nor does one with a
 * token that is not the reservation's. `settle` says that the order left pending, which implies that it is confirmed.
 */
export function moveReservation(
  command: MoveCommand,
  reservation: Pick<ReservationRecord, "rid" | "state" | "isOpen"> | undefined,
  rid: string,
): MoveOutcome {
  if (reservation === undefined) return { state: "none", change: undefined, alarm: undefined };
  const { state, isOpen } = reservation;
  if (reservation.rid !== rid) return { state, change: undefined, alarm: `${command} with a foreign token` };
  // A release may overtake any command of its order; whether that order is live is order-service's to know.
  if (state === "released") return { state, change: undefined, alarm: undefined };
  const change = changeOf(command, { state, isOpen });
  return { state: change?.state ?? state, change, alarm: undefined };
}

function changeOf(command: MoveCommand, { state, isOpen }: Pick<ReservationRecord, "state" | "isOpen">) {
  switch (command) {
    case "confirm":
      return state === "held" ? { state: "confirmed" as const, isOpen } : undefined;
    case "settle":
      return state === "held" || isOpen ? { state: "confirmed" as const, isOpen: false } : undefined;
    case "release":
      return { state: "released" as const, isOpen: false };
  }
}
