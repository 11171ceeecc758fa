import type { PlacementPorts } from "./ports.ts";
import { watchMove } from "./relay.ts";

const CONFIRM_TIMEOUT_MS = 4000;

/** An order that is majority-committed, by id, with the token of its reservation. */
export interface PlacedOrder {
  readonly orderId: string;
  readonly rid: string;
}

/** The outcome of a confirm; `later` leaves it to a reaper. */
export type Confirmation = "confirmed" | "later";

/**
 * Tells product-service that a hold belongs to an order, so that no reaper has to find out. The order itself is what
 * counts: a confirm decides nothing, so it is tried once and not stored. A reaper finds the holds it does not reach.
 */
export async function confirmPlaced({ orderId, rid }: PlacedOrder, ports: PlacementPorts): Promise<Confirmation> {
  const result = await ports.reservations.move("confirm", { orderId, rid }, ports.clock.now() + CONFIRM_TIMEOUT_MS);
  if (result.kind !== "moved") return "later";
  await watchMove(orderId, { kind: "confirm", rid }, result.state, ports);
  return result.state === "held" ? "later" : "confirmed";
}
