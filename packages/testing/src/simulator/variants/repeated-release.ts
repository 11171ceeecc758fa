// A cancellation that is delivered twice puts its units on the shelf twice: the shop sells what it does not have.
import { decideBatch } from "@pos/product-service/protocol";
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** A release gives its units back each time that it arrives. */
export const repeatedRelease: Variant = {
  name: "repeated-release",
  pinnedSeed: 11,
  seams: {
    ...production,
    product: {
      ...production.product,
      decideBatch(snapshot, jobs, rules) {
        const released = new Set(jobs.flatMap((job) => (job.kind === "release" ? [job.orderId] : [])));
        const reservations = new Map(
          [...snapshot.reservations].map(([id, reservation]) => [
            id,
            released.has(id) && reservation.state === "released"
              ? { ...reservation, state: "confirmed" as const }
              : reservation,
          ]),
        );
        return decideBatch({ ...snapshot, reservations }, jobs, rules);
      },
    },
  },
};
