import type { AnyElysia } from "elysia";
import type { TokenVerifier } from "../auth/token-verifier.ts";
import type { commonEnvironment } from "../config/common.ts";
import type { Configuration, EnvironmentSchema } from "../config/environment.ts";
import { type DatabaseLayout, migrateDatabase } from "../database/migrate.ts";
import { createHealthMonitor } from "../health/health.ts";
import { createServiceApp } from "../http/service-app.ts";
import type { DocumentInfo } from "../swagger/document.ts";
import { Telemetry } from "../telemetry/telemetry.ts";
import type { BackgroundWork, BuiltService, ServiceTools } from "./run-service.ts";

type CommonConfiguration = Configuration<ReturnType<typeof commonEnvironment>>;

/** What a service is wired from. */
export type WireTools<Config> = ServiceTools<Config> & { readonly telemetry: Telemetry };

/** What the wiring of a service makes. */
export interface Wired {
  readonly verifier: TokenVerifier;
  readonly background: readonly BackgroundWork[];
  /** Makes the routes; called once for each prefix. */
  features(): AnyElysia;
}

/** What makes a service itself. */
export interface ServiceDescription<Schema extends EnvironmentSchema, Ports> {
  readonly name: string;
  /** Of its Swagger page; its version is that of the service. */
  readonly document: DocumentInfo;
  readonly environment: Schema;
  readonly layout: DatabaseLayout;
  /** Wires repositories, services and routes; the database has its layout by then. */
  wire(tools: WireTools<Configuration<Schema>> & Ports): Wired | Promise<Wired>;
}

/**
 * A service as `runService` runs it. Tests build the same.
 * @typeParam Ports what tests set otherwise: optional fields that `wire` gets beside the tools
 */
export function defineService<Schema extends EnvironmentSchema, Ports = unknown>({
  name,
  document,
  environment,
  layout,
  wire,
}: ServiceDescription<Schema, Ports>) {
  const { version } = document;
  return {
    name,
    version,
    environment,
    async build(tools: ServiceTools<Configuration<Schema> & CommonConfiguration> & Ports): Promise<BuiltService> {
      const { config, database, logger, clock, port } = tools;
      const { telemetry = new Telemetry({ service: name, version }) } = tools;
      await migrateDatabase(database.db, layout, { clock, logger });
      const { verifier, features, background } = await wire({ ...tools, telemetry });
      const health = createHealthMonitor(name, [{ name: "database", check: () => database.ping() }]);
      const facts = {
        service: name,
        version,
        environmentNames: Object.values(environment).map((variable) => variable.name),
        port,
        replicaSet: database.replicaSet,
      };
      const { corsOrigins } = config;
      const app = createServiceApp(features, { logger, telemetry, verifier, health, facts, corsOrigins, document });
      return { app, health, background };
    },
  };
}
