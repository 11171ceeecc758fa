// A customer cancels, and the units never come back to the shelf, because nobody remembers who had them.
import { reservationKey } from "../product-store.ts";
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** Confirmed reservations are deleted as done. */
export const purgedConfirmation: Variant = {
  name: "purged-confirmation",
  pinnedSeed: 1,
  seams: {
    ...production,
    housekeep({ products }) {
      for (const { orderId, state } of products.reservations()) {
        if (state === "confirmed") products.purge(reservationKey(orderId));
      }
    },
  },
};
