import type { StoredOrder } from "./order.ts";
import type { PlacementPorts, Unknown } from "./ports.ts";

const FIRST_WAIT_MS = 20;
const WAIT_MAX_MS = 500;

/**
 * Reads an order that is known to be stored, until a majority has it or the deadline passes. A duplicate key tells that
 * a document is there; until a majority has it, it may still be rolled back and is nothing to answer with.
 */
export async function readUntil(
  id: string,
  deadlineAtMs: number,
  { orders, clock }: Pick<PlacementPorts, "orders" | "clock">,
): Promise<{ kind: "found"; order: StoredOrder } | Unknown> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, WAIT_MAX_MS)) {
    const read = await orders.readMajority(id, deadlineAtMs);
    if (read.kind === "found") return read;
    if (clock.now() + waitMs >= deadlineAtMs) return read.kind === "unknown" ? read : { kind: "unknown" };
    await clock.sleep(waitMs);
  }
}
