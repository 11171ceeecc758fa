import { randomBytes } from "node:crypto";
import { createKeyCache } from "@pos/service-kit/key-cache";
import { createHealthMonitor } from "@pos/service-kit/health";
import { migrateDatabase } from "@pos/service-kit/migrate";
import type { BuildParts, BuiltService } from "@pos/service-kit/run-service";
import { createServiceApp } from "@pos/service-kit/service-app";
import { Telemetry } from "@pos/service-kit/telemetry";
import { createTokenVerifier } from "@pos/service-kit/token-verifier";
import { Elysia } from "elysia";
import manifest from "../package.json" with { type: "json" };
import { AuditRepository } from "./audit/repository.ts";
import { auditRoutes } from "./audit/routes.ts";
import { AuditService } from "./audit/service.ts";
import { remoteKeys } from "@pos/service-kit/remote-keys";
import { type Config, environment } from "./config.ts";
import { layout } from "./migrations.ts";
import { AdjustmentRepository } from "./products/adjustment-repository.ts";
import { ProductRepository } from "./products/repository.ts";
import { productRoutes } from "./products/routes.ts";
import { ProductService } from "./products/service.ts";
import { BatchRepository } from "./reservations/batch-repository.ts";
import { FlusherRegistry } from "./reservations/flusher-registry.ts";
import { FlusherRepository } from "./reservations/flusher-repository.ts";
import { reservationMeasurements } from "./reservations/measurements.ts";
import { ReservationRepository } from "./reservations/repository.ts";
import { ReservationBatches } from "./reservations/batches.ts";
import { reservationRoutes } from "./reservations/routes.ts";
import { ReservationService, type ReservationLimits } from "./reservations/service.ts";

/** What tests set otherwise. */
export interface TestPorts {
  readonly reservationLimits?: Partial<ReservationLimits>;
}

/** Builds product-service: brings its database to the layout, then wires repositories, services and routes. */
export async function buildProductService(parts: BuildParts<Config> & TestPorts): Promise<BuiltService> {
  const { config, database, logger, clock } = parts;
  const telemetry = parts.telemetry ?? new Telemetry({ service: "product-service", version: manifest.version });
  await migrateDatabase(database.db, layout, { clock, logger });

  const keys = createKeyCache(remoteKeys(config.jwksUrl));
  const verifier = createTokenVerifier({ keys, issuer: config.jwtIssuer, clock });
  const health = createHealthMonitor("product-service", [{ name: "database", check: () => database.ping() }]);

  const adjustments = new AdjustmentRepository(database.db, clock);
  const products = new ProductService(new ProductRepository(database.db, logger), adjustments, clock);
  const batches = new BatchRepository(database.db, clock, {
    pendingLimitUnits: config.maxPendingUnits,
    newRid: () => randomBytes(16).toString("hex"),
  });
  const reservations = new ReservationService({
    batches,
    reservations: new ReservationRepository(database.db),
    clock,
    logger,
    measurements: reservationMeasurements(telemetry.metrics),
    ...(parts.reservationLimits === undefined ? {} : { limits: parts.reservationLimits }),
  });
  const flushers = new FlusherRegistry(new FlusherRepository(database), {
    sessions: () => ({ batches: batches.sessionId(), adjustments: adjustments.sessionIds() }),
    clock,
    logger,
  });
  const audit = new AuditService(new AuditRepository(database));

  const commandBatches = new ReservationBatches({ reservations, telemetry, logger });

  const features = () =>
    new Elysia({ normalize: false })
      .use(productRoutes(products, verifier))
      .use(reservationRoutes({ reservations, batches: commandBatches, verifier, clock }))
      .use(auditRoutes(audit, verifier));
  const app = createServiceApp(features, {
    logger,
    telemetry,
    verifier,
    health,
    facts: {
      service: "product-service",
      version: manifest.version,
      environmentNames: Object.values(environment).map(({ name }) => name),
      port: parts.port,
      replicaSet: database.replicaSet,
    },
    corsOrigins: config.corsOrigins,
    document: {
      title: "Product service",
      version: manifest.version,
      description: "The catalogue with its stock, and the reservations that orders take from it.",
    },
  });
  return { app, health, background: [reservations, flushers] };
}
