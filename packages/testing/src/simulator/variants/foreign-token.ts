// A cancelled order keeps its units for ever: an old message confirmed the stock of an attempt that it did not belong to.
import { decideBatch, moveReservation } from "@pos/product-service/protocol";
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** A released reservation may be held again, and messages move it whatever token they carry. */
export const foreignToken: Variant = {
  name: "foreign-token",
  pinnedSeed: 80,
  seams: {
    ...production,
    product: {
      ...production.product,
      decideBatch(snapshot, jobs, rules) {
        const reserved = new Set(jobs.flatMap((job) => (job.kind === "reserve" ? [job.orderId] : [])));
        const reservations = new Map(
          [...snapshot.reservations].filter(([id, { state }]) => state !== "released" || !reserved.has(id)),
        );
        const blind = jobs.map((job) =>
          job.kind === "reserve" ? job : { ...job, rid: reservations.get(job.orderId)?.rid ?? job.rid },
        );
        const decision = decideBatch({ ...snapshot, reservations }, blind, rules);
        const revived = decision.newReservations.flatMap((after) => {
          const before = snapshot.reservations.get(after.orderId);
          return before === undefined ? [] : [{ before, after }];
        });
        return {
          ...decision,
          newReservations: decision.newReservations.filter(({ orderId }) => !snapshot.reservations.has(orderId)),
          reservationChanges: [...decision.reservationChanges, ...revived],
        };
      },
      moveReservation: (command, reservation, rid) => moveReservation(command, reservation, reservation?.rid ?? rid),
    },
  },
};
