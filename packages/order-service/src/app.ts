import { createHealthMonitor } from "@pos/service-kit/health";
import { createKeyCache } from "@pos/service-kit/key-cache";
import { migrateDatabase } from "@pos/service-kit/migrate";
import { remoteKeys } from "@pos/service-kit/remote-keys";
import type { BuildParts, BuiltService } from "@pos/service-kit/run-service";
import { createServiceApp } from "@pos/service-kit/service-app";
import { Telemetry } from "@pos/service-kit/telemetry";
import { createTokenVerifier } from "@pos/service-kit/token-verifier";
import { Elysia } from "elysia";
import manifest from "../package.json" with { type: "json" };
import { auditRoutes } from "./audit/routes.ts";
import { type Config, environment } from "./config.ts";
import { layout } from "./migrations.ts";
import { orderRoutes } from "./orders/routes.ts";
import { outboxRoutes } from "./outbox/routes.ts";
import { createServices } from "./services.ts";

/** Builds order-service: brings its database to the layout, then wires its services and routes. */
export async function buildOrderService(parts: BuildParts<Config>): Promise<BuiltService> {
  const { config, database, logger, clock } = parts;
  const telemetry = parts.telemetry ?? new Telemetry({ service: "order-service", version: manifest.version });
  await migrateDatabase(database.db, layout, { clock, logger });

  const keys = createKeyCache(remoteKeys(config.jwksUrl ?? `${config.userServiceUrl}/.well-known/jwks.json`));
  const verifier = createTokenVerifier({ keys, issuer: config.jwtIssuer, clock });
  const health = createHealthMonitor("order-service", [{ name: "database", check: () => database.ping() }]);

  const { orders, outbox, audit, background } = createServices(parts, telemetry);
  const features = () =>
    new Elysia({ normalize: false })
      .use(orderRoutes(orders, verifier))
      .use(outboxRoutes(outbox, verifier))
      .use(auditRoutes(audit, verifier));
  const app = createServiceApp(features, {
    logger,
    telemetry,
    verifier,
    health,
    facts: {
      service: "order-service",
      version: manifest.version,
      environmentNames: Object.values(environment).map(({ name }) => name),
      port: parts.port,
      replicaSet: database.replicaSet,
    },
    corsOrigins: config.corsOrigins,
    document: {
      title: "Order service",
      version: manifest.version,
      description: "Placing orders, their status and their history.",
    },
  });
  return { app, health, background };
}
