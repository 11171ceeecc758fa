import { createHealthMonitor } from "@pos/service-kit/health";
import { migrateDatabase } from "@pos/service-kit/migrate";
import type { BuildParts, BuiltService } from "@pos/service-kit/run-service";
import { createServiceApp } from "@pos/service-kit/service-app";
import { Telemetry } from "@pos/service-kit/telemetry";
import { Elysia } from "elysia";
import packageJson from "../package.json" with { type: "json" };
import { addressRoutes } from "./addresses/routes.ts";
import { authRoutes } from "./auth/routes.ts";
import { type Config, environment } from "./config.ts";
import { layout } from "./migrations.ts";
import { recoveryRoutes } from "./recovery/routes.ts";
import { createServices, type TestPorts } from "./services.ts";
import { ensureFirstAdmin } from "./users/first-admin.ts";
import { userRoutes } from "./users/routes.ts";

export type { TestPorts };

const NAME = "user-service";

/**
 * Builds user-service: brings the database to its layout, opens the signing keys, makes the first administrator.
 * @throws Error when the keys do not open, or the first administrator's address is somebody else's
 */
export async function buildUserService(parts: BuildParts<Config> & TestPorts): Promise<BuiltService> {
  const { config, database, clock, logger } = parts;
  const { trustedProxyHops, adminEmail: email, adminPassword: password } = config;
  const telemetry = parts.telemetry ?? new Telemetry({ service: NAME, version: packageJson.version });
  await migrateDatabase(database.db, layout, { clock, logger });
  const services = await createServices(parts);
  const { keys, post, verifier } = services;
  await ensureFirstAdmin({ email, password }, { users: services.accounts, service: services.users, logger });
  const health = createHealthMonitor(NAME, [{ name: "database", check: () => database.ping() }]);
  const features = () =>
    new Elysia({ normalize: false })
      .use(userRoutes({ ...services, trustedProxyHops }))
      .use(addressRoutes(services.addresses, verifier))
      .use(authRoutes({ ...services, trustedProxyHops }))
      .use(recoveryRoutes({ ...services, trustedProxyHops }));
  const app = createServiceApp(features, {
    logger,
    telemetry,
    verifier,
    health,
    facts: {
      service: NAME,
      version: packageJson.version,
      environmentNames: Object.values(environment).map(({ name }) => name),
      port: parts.port,
      replicaSet: database.replicaSet,
    },
    corsOrigins: config.corsOrigins,
    document: {
      title: "User service",
      version: packageJson.version,
      description: "Accounts, sign-in, signing keys and postal addresses.",
    },
  });
  return { app, health, background: [keys, post] };
}
