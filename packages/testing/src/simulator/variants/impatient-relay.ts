// After product-service was down for a minute, cancelled stock stays lost until somebody reads the alarms.
import { ENTRY_TRIES_MAX, relayEntry } from "@pos/order-service/protocol";
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** A time-out counts as a refusal of the entry; two of them make it dead. */
export const impatientRelay: Variant = {
  name: "impatient-relay",
  pinnedSeed: 106,
  seams: {
    ...production,
    order: {
      ...production.order,
      relayEntry: (orderId, entry, ports) =>
        relayEntry(
          orderId,
          { ...entry, tries: Math.max(entry.tries, ENTRY_TRIES_MAX - 2) },
          {
            ...ports,
            reservations: {
              ...ports.reservations,
              async move(kind, target, deadlineAtMs) {
                const moved = await ports.reservations.move(kind, target, deadlineAtMs);
                return moved.kind === "unanswered" ? { kind: "refused", reason: "time-out" } : moved;
              },
            },
          },
        ),
    },
  },
};
