import { randomBytes } from "node:crypto";
import { Metrics } from "@pos/service-kit/metrics";
import { systemClock } from "@pos/service-kit/clock";
import type { Database } from "@pos/service-kit/database";
import { silentLogger } from "@pos/testing/logger";
import { ObjectId } from "mongodb";
import { BatchRepository } from "../reservations/batch-repository.ts";
import { documentOf, type ReservationDocument } from "../reservations/documents.ts";
import { reservationMeasurements } from "../reservations/measurements.ts";
import { ReservationRepository } from "../reservations/repository.ts";
import { ReservationService } from "../reservations/service.ts";
import type { ProductDocument } from "../products/documents.ts";
import { newId, reservationOf } from "./product-service.ts";

/** One order's worth of reservation: it resolves when it is held. */
export type Reserve = (units: Readonly<Record<string, number>>) => Promise<void>;

/** How fast `clients` go when each waits for its answer before it asks again. */
export interface Rate {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Puts `count` products with plenty of stock into the database. */
export async function fillCatalogue(database: Database, count: number): Promise<readonly string[]> {
  const now = new Date();
  const products: ProductDocument[] = Array.from({ length: count }, (_, index) => ({
    _id: new ObjectId(),
    name: `Product ${index}`,
    description: "",
    price: 12.5,
    stock: 1_000_000_000,
    received: 1_000_000_000,
    openUnits: 0,
    version: 1,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  }));
  await database.db.collection<ProductDocument>("products").insertMany(products);
  return products.map(({ _id }) => _id.toHexString());
}

/** The service's own way. */
export function groupCommitted(database: Database): Reserve {
  const newRid = () => randomBytes(16).toString("hex");
  const service = new ReservationService({
    batches: new BatchRepository(database.db, systemClock, { pendingLimitUnits: 1_000_000, newRid }),
    reservations: new ReservationRepository(database.db),
    clock: systemClock,
    logger: silentLogger,
    measurements: reservationMeasurements(new Metrics({ service: "rate", version: "0" })),
  });
  return async (units) => {
    const caller = { deadlineAtMs: Date.now() + 4000 };
    await service.reserve(newId(), reservationOf({ ...units }, newId()), caller);
  };
}

/** What the group commit replaces: one transaction per request, with the driver's own retries. */
export function oneTransactionEach(database: Database): Reserve {
  const products = database.db.collection<ProductDocument>("products");
  const reservations = database.db.collection<ReservationDocument>("reservations");
  return async (units) => {
    const { userId, fingerprint, items } = reservationOf({ ...units });
    await database.client.withSession((session) =>
      session.withTransaction(
        async () => {
          const lines = [];
          for (const { productId, quantity } of items) {
            const product = await products.findOneAndUpdate(
              { _id: new ObjectId(productId), deletedAt: null, stock: { $gte: quantity } },
              { $inc: { stock: -quantity, openUnits: quantity, version: 1 } },
              { session, returnDocument: "after" },
            );
            if (product === null) throw new Error("short");
            lines.push({ productId, productName: product.name, price: product.price, quantity });
          }
          const times = { createdAtMs: Date.now(), updatedAtMs: Date.now() };
          const rid = randomBytes(16).toString("hex");
          const held = {
            orderId: newId(),
            rid,
            userId,
            fingerprint,
            items: lines,
            state: "held" as const,
            isOpen: true,
          };
          await reservations.insertOne(documentOf({ ...held, ...times }), { session });
        },
        { readConcern: { level: "snapshot" }, writeConcern: { w: "majority" } },
      ),
    );
  };
}

/** Runs `clients` side by side for `seconds`. */
export async function measure(
  reserve: Reserve,
  { clients, seconds, pick }: { clients: number; seconds: number; pick: () => Record<string, number> },
): Promise<Rate> {
  const durationsMs: number[] = [];
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  const run = async () => {
    for (let before = performance.now(); before < endsAt; before = performance.now()) {
      await reserve(pick());
      durationsMs.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: clients }, run));
  const sorted = durationsMs.sort((a, b) => a - b);
  const at = (part: number) => Math.round((sorted[Math.floor(sorted.length * part)] ?? 0) * 10) / 10;
  const tookSeconds = (performance.now() - startedAt) / 1000;
  return { perSecond: Math.round(sorted.length / tookSeconds), p50Ms: at(0.5), p99Ms: at(0.99) };
}
