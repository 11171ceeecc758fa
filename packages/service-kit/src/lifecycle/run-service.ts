import { SHUTDOWN_MAX_MS } from "@pos/contracts/limits";
import type { AnyElysia } from "elysia";
import type { commonEnvironment } from "../config/common.ts";
import {
  type Configuration,
  ConfigurationError,
  type EnvironmentSchema,
  readEnvironment,
} from "../config/environment.ts";
import { connectDatabase, type Database } from "../database/connect.ts";
import { isDatabaseUnavailable } from "../database/errors.ts";
import type { HealthMonitor } from "../health/health.ts";
import { AppError } from "../http/app-error.ts";
import { createLogger, flushLogs, type LogDestination, type Logger } from "../logging/logger.ts";
import { metricsListener } from "../telemetry/metrics-listener.ts";
import { openTelemetry, type Telemetry } from "../telemetry/telemetry.ts";
import { type Clock, systemClock } from "./clock.ts";
import { callDirectly, type MutableEnvironment } from "./direct-calls.ts";

/** Work that goes on beside requests: relays, reapers, caches. */
export interface BackgroundWork {
  start(): void;
  /** Resolves when the work in progress is done. */
  stop(): Promise<void>;
}

/** A service, built and ready to listen. */
export interface BuiltService {
  readonly app: AnyElysia;
  readonly health: HealthMonitor;
  readonly background: readonly BackgroundWork[];
}

/** What a service is built from: its main gives these, and so do tests. */
export interface ServiceTools<Config> {
  readonly config: Config;
  readonly database: Database;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Port the service listens on; known once it listens. */
  port(): number;
  /** Measurements and traces of the service; own measurements and no traces when absent. */
  readonly telemetry?: Telemetry;
}

/** What a service's main gives to `runService`. */
export interface ServiceDefinition<Schema extends EnvironmentSchema> {
  readonly name: string;
  /** Stands in measurements and traces. */
  readonly version?: string;
  readonly environment: Schema;
  /** Prepares the database (migrations, indexes) and builds the app. */
  build(tools: ServiceTools<Configuration<Schema>>): Promise<BuiltService>;
}

/** The process as ports: its environment, its signals, and how it ends. */
export interface ProcessPort {
  readonly env: MutableEnvironment;
  exit(code: number): void;
  on(signal: "SIGTERM" | "SIGINT", listener: () => void): unknown;
}

type CommonConfiguration = Configuration<ReturnType<typeof commonEnvironment>>;

/**
 * After which Bun closes a connection without traffic, give or take 2 s, though a request waits there for its answer. A
 * change of password may wait twice for 8 s in line and three times for 4 s in the database.
 */
const IDLE_TIMEOUT_SECONDS = 30;
const FIRST_STEPS_MAX_MS = 300_000;
const FIRST_STEPS_PAUSE_MS = 1000;
/** Bun would answer its own limit without our envelope; ours (256 KiB) is checked before and while a body is read. */
const TRANSPORT_BODY_MAX_BYTES = 64 * 1024 * 1024;

/** What a test sets otherwise. */
export interface RunOptions {
  readonly clock?: Clock;
  /** Where log lines go; standard output when absent. */
  readonly logDestination?: LogDestination;
  /** Limit of one attempt to connect to the database, in milliseconds. */
  readonly connectAttemptMs?: () => number;
}

/**
 * Runs a service: configuration, database and first steps in it (with back-off), app, listen. No port is open before
 * the database answers.
 * On SIGTERM health turns 503 and each answer closes its connection, after the drain delay no new connections are taken,
 * requests in flight finish (10 s at most), background work stops, the pool closes, exit 0; before it listens it ends at
 * once. Exits 1 when it cannot start.
 */
export async function runService<Schema extends EnvironmentSchema>(
  definition: ServiceDefinition<Schema>,
  process: ProcessPort,
  options: RunOptions = {},
): Promise<void> {
  const destination = options.logDestination === undefined ? {} : { destination: options.logDestination };
  let config: Configuration<Schema> & CommonConfiguration;
  try {
    config = readEnvironment(definition.environment, process.env) as Configuration<Schema> & CommonConfiguration;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const fallback = createLogger({ service: definition.name, level: "error", ...destination });
    for (const problem of error.problems) fallback.error(problem);
    await flushLogs(fallback);
    return process.exit(1);
  }
  callDirectly(config, process.env);
  const logger = createLogger({ service: definition.name, level: config.logLevel, ...destination });
  try {
    await serve(definition, { config, logger, process, options });
  } catch (error) {
    logger.fatal({ err: error }, "the service could not start");
    await flushLogs(logger);
    process.exit(1);
  }
}

async function serve<Schema extends EnvironmentSchema>(
  definition: ServiceDefinition<Schema>,
  {
    config,
    logger,
    process,
    options,
  }: {
    config: Configuration<Schema> & CommonConfiguration;
    logger: Logger;
    process: ProcessPort;
    options: RunOptions;
  },
): Promise<void> {
  const clock = options.clock ?? systemClock;
  // The first process of a container ignores signals that nobody listens to, and the database may let it wait for minutes.
  let stop = async () => {
    logger.info("stopped before it listened");
    await flushLogs(logger);
    process.exit(0);
  };
  process.on("SIGTERM", () => void stop());
  process.on("SIGINT", () => void stop());
  const telemetry = await openTelemetry(definition, config, logger);
  const listener = metricsListener(config.metricsHost, telemetry.metrics);
  const database = await connectDatabase(config.mongoUri, {
    clock,
    logger,
    watch: { commands: telemetry.tracer !== undefined, client: telemetry.watchDatabase },
    ...(options.connectAttemptMs === undefined ? {} : { attemptMs: options.connectAttemptMs }),
  });
  let port = config.port;
  const tools = { config, database, logger, clock, port: () => port, telemetry };
  const service = await patiently(() => definition.build(tools), { clock, logger });
  service.app.listen({
    hostname: config.host,
    port: config.port,
    idleTimeout: IDLE_TIMEOUT_SECONDS,
    maxRequestBodySize: TRANSPORT_BODY_MAX_BYTES,
    // Elysia would share the port with whoever listens there already, and each would get some of the requests.
    reusePort: false,
  });
  port = service.app.server?.port ?? config.port;
  listener?.start();
  for (const work of [telemetry, ...service.background]) work.start();
  logger.info({ port, ...(listener === undefined ? {} : { metricsPort: listener.port }) }, "listening");
  logger.flush();

  let isStopping = false;
  stop = async () => {
    if (isStopping) return;
    isStopping = true;
    logger.info("stopping");
    await end({ service, database, telemetry, listener }, { drainDelayMs: config.drainDelayMs, clock });
    logger.info("stopped");
    await flushLogs(logger);
    process.exit(0);
  };
}

interface Running {
  readonly service: BuiltService;
  readonly database: Database;
  readonly telemetry: Telemetry;
  readonly listener: ReturnType<typeof metricsListener>;
}

/** Drains a service and ends its parts, each within its limit. */
async function end(
  { service, database, telemetry, listener }: Running,
  { drainDelayMs, clock }: { drainDelayMs: number; clock: Clock },
): Promise<void> {
  service.health.drain();
  await clock.sleep(drainDelayMs);
  await Promise.race([service.app.stop(), clock.sleep(SHUTDOWN_MAX_MS.requests)]);
  await Promise.race([
    Promise.all(service.background.map((work) => work.stop())),
    clock.sleep(SHUTDOWN_MAX_MS.background),
  ]);
  // Closing a client whose server was killed can wait for ever.
  await Promise.race([database.close(), clock.sleep(SHUTDOWN_MAX_MS.database)]);
  await Promise.race([
    Promise.allSettled([telemetry.stop(), listener?.stop()]),
    clock.sleep(SHUTDOWN_MAX_MS.telemetry),
  ]);
}

/**
 * Builds a service, and again for 5 minutes when its database is away or too slow: a step that was taken is not taken
 * twice, so that even a disk that writes once in a second gets to the end.
 * @throws the last error
 */
async function patiently<Built>(
  build: () => Promise<Built>,
  { clock, logger }: { clock: Clock; logger: Logger },
): Promise<Built> {
  const endMs = clock.now() + FIRST_STEPS_MAX_MS;
  for (;;) {
    try {
      return await build();
    } catch (error) {
      const isAway = isDatabaseUnavailable(error) || (error instanceof AppError && error.status === 503);
      if (!isAway || clock.now() > endMs) throw error;
      logger.warn({ err: error }, "the database was away during the first steps, trying again");
      await clock.sleep(FIRST_STEPS_PAUSE_MS);
    }
  }
}
