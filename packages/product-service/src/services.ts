import { randomBytes } from "node:crypto";
import type { WireTools } from "@pos/service-kit/define-service";
import { createKeyCache } from "@pos/service-kit/key-cache";
import { remoteKeys } from "@pos/service-kit/remote-keys";
import { createTokenVerifier } from "@pos/service-kit/token-verifier";
import { AuditRepository } from "./audit/repository.ts";
import { AuditService } from "./audit/service.ts";
import type { Config } from "./config.ts";
import { AdjustmentRepository } from "./products/adjustment-repository.ts";
import { ProductRepository } from "./products/repository.ts";
import { ProductService } from "./products/service.ts";
import { BatchRepository } from "./reservations/batch-repository.ts";
import { ReservationBatches } from "./reservations/batches.ts";
import { FlusherRegistry } from "./reservations/flusher-registry.ts";
import { FlusherRepository } from "./reservations/flusher-repository.ts";
import { reservationMeasurements } from "./reservations/measurements.ts";
import { ReservationRepository } from "./reservations/repository.ts";
import { type ReservationLimits, ReservationService } from "./reservations/service.ts";

/** What tests set otherwise; the code path stays the same. */
export interface TestPorts {
  readonly reservationLimits?: Partial<ReservationLimits>;
}

/** Wires repositories and services of all features. */
export function createServices(tools: WireTools<Config> & TestPorts) {
  const { config, database, logger, clock, telemetry, reservationLimits: limits } = tools;
  const keys = createKeyCache(remoteKeys(config.jwksUrl));
  const adjustments = new AdjustmentRepository(database.db, clock);
  const batchRepository = new BatchRepository(database.db, clock, {
    pendingLimitUnits: config.maxPendingUnits,
    newRid: () => randomBytes(16).toString("hex"),
  });
  const reservations = new ReservationService({
    batches: batchRepository,
    reservations: new ReservationRepository(database.db),
    clock,
    logger,
    measurements: reservationMeasurements(telemetry.metrics),
    ...(limits === undefined ? {} : { limits }),
  });
  const flushers = new FlusherRegistry(new FlusherRepository(database), {
    sessions: () => ({ batches: batchRepository.sessionId(), adjustments: adjustments.sessionIds() }),
    clock,
    logger,
  });
  return {
    verifier: createTokenVerifier({ keys, issuer: config.jwtIssuer, clock }),
    products: new ProductService(new ProductRepository(database.db, logger), adjustments, clock),
    reservations,
    batches: new ReservationBatches({ reservations, telemetry, logger }),
    audit: new AuditService(new AuditRepository(database)),
    background: [reservations, flushers],
  };
}
