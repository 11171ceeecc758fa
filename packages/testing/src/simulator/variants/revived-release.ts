// A late copy of a request takes stock again for an attempt that was given up: units vanish from the shelf.
import { moveReservation } from "@pos/product-service/protocol";
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** Confirming a released reservation brings it back, without its stock. */
export const revivedRelease: Variant = {
  name: "revived-release",
  pinnedSeed: 112,
  seams: {
    ...production,
    product: {
      ...production.product,
      moveReservation(command, reservation, rid) {
        if (command === "confirm" && reservation?.state === "released" && reservation.rid === rid) {
          return { state: "confirmed", change: { state: "confirmed", isOpen: true }, alarm: undefined };
        }
        return moveReservation(command, reservation, rid);
      },
    },
  },
};
