import type { OutboxEntry as OutboxEntryView } from "@pos/contracts/audit";
import type { OutboxEntry } from "../placement/order.ts";

/** An outbox entry as it crosses the wire. */
export function entryView({ id, kind, state, tries, createdAt, nextAt, lastError }: OutboxEntry): OutboxEntryView {
  return {
    id,
    kind,
    state,
    tries,
    createdAt: createdAt.toISOString(),
    nextAt: nextAt.toISOString(),
    ...(lastError === undefined ? {} : { lastError }),
  };
}
