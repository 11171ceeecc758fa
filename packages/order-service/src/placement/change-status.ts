import type { OrderStatus } from "@pos/contracts/orders";
import { newEntry } from "./documents.ts";
import type { StoredOrder } from "./order.ts";
import type { PlacementPorts, Unknown } from "./ports.ts";
import { allowedMoves, messageOf } from "./transitions.ts";

/** The input of PUT /orders/:id/status. */
export interface ChangeCommand {
  readonly orderId: string;
  readonly to: OrderStatus;
  readonly by: string;
  readonly reason?: string;
  /** The statuses this caller may set, given the current one; every legal one when absent. */
  readonly allowedFrom?: (from: OrderStatus) => readonly OrderStatus[];
  /** Checks the order as it is at the moment of the change: access rights and If-Match. */
  admit(order: StoredOrder): Denial | undefined;
}

/** Why the caller may not change this order. */
export type Denial = "forbidden" | "precondition-failed";

/** The outcome of a status change. */
export type ChangeResult =
  | { readonly kind: "changed"; readonly order: StoredOrder }
  | { readonly kind: "unchanged"; readonly order: StoredOrder }
  | { readonly kind: "not-found" }
  | { readonly kind: "denied"; readonly denial: Denial }
  | { readonly kind: "illegal"; readonly from: OrderStatus; readonly allowed: readonly OrderStatus[] }
  | { readonly kind: "contended" }
  | Unknown;

const ROUNDS_MAX = 10;
const CONTENTION_WAIT_MS = 5;

/**
 * Changes the status of an order by one guarded write that also stores the message to product-service, so that a
 * cancellation returns its stock exactly once. Setting the current status again changes nothing.
 */
export async function changeStatus(command: ChangeCommand, ports: PlacementPorts): Promise<ChangeResult> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const read = await ports.orders.readMajority(command.orderId);
    if (read.kind === "unknown") return read;
    if (read.kind === "none") return { kind: "not-found" };
    const { order } = read;
    const { status: from } = order;
    if (from === "void") return { kind: "not-found" };
    const denial = command.admit(order);
    if (denial !== undefined) return { kind: "denied", denial };
    if (from === command.to) return { kind: "unchanged", order };
    const allowed = (command.allowedFrom ?? allowedMoves)(from);
    if (!allowed.includes(command.to)) return { kind: "illegal", from, allowed };
    const changed = await write(order, { ...command, from }, ports);
    if (changed.kind === "acknowledged") return { kind: "changed", order: changed.order };
    if (changed.kind === "unknown") return changed;
    // Another change came between the read and the write: decide again on what it left, once a majority has it.
    await ports.clock.sleep(CONTENTION_WAIT_MS * round);
  }
  return { kind: "contended" };
}

function write(order: StoredOrder, command: ChangeCommand & { from: OrderStatus }, ports: PlacementPorts) {
  const { to, by, reason, from } = command;
  const message = messageOf(from, to);
  const entries = message === undefined || order.rid === undefined ? [] : [newEntry(message, order.rid, ports)];
  // The previous step may have been written by a replica whose clock is ahead.
  const at = new Date(Math.max(ports.clock.now(), order.updatedAt.getTime()));
  return ports.orders.changeStatus({
    orderId: order.id,
    from,
    version: order.version,
    step: { status: to, at, by, ...(reason === undefined ? {} : { reason }) },
    entries,
  });
}
