// A retry takes stock again under the id of an attempt that is void: that stock can never be sold.
import { decideBatch } from "@pos/product-service/protocol";
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** A released reservation does not stand in the way of a new one with the same order id. */
export const rereservedRelease: Variant = {
  name: "rereserved-release",
  pinnedSeed: 0,
  seams: {
    ...production,
    product: {
      ...production.product,
      decideBatch(snapshot, jobs, rules) {
        const reserved = new Set(jobs.flatMap((job) => (job.kind === "reserve" ? [job.orderId] : [])));
        const reservations = new Map(
          [...snapshot.reservations].filter(([id, { state }]) => state !== "released" || !reserved.has(id)),
        );
        return decideBatch({ ...snapshot, reservations }, jobs, rules);
      },
    },
  },
};
