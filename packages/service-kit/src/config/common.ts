import { logLevels } from "../logging/logger-levels.ts";
import { hostPort, httpUrl, integer, mongoUri, oneOf, origins, textOr } from "./environment.ts";
import { TOKEN_ISSUER } from "@pos/contracts/tokens";

/** Default of TRACES_PER_SECOND. */
export const TRACES_PER_SECOND_DEFAULT = 100;

/** Variables that every service reads. */
export const commonEnvironment = (defaults: { port: number }) => ({
  mode: oneOf("NODE_ENV", "development", {
    describe: "in production, weak secrets are refused",
    words: ["development", "production", "test"],
  }),
  mongoUri: mongoUri(),
  port: integer("PORT", defaults.port, {
    describe: "port to listen on; 0 picks a free one",
    minimum: 0,
    maximum: 65_535,
  }),
  host: textOr("HOST", "0.0.0.0", { describe: "address to listen on" }),
  jwtIssuer: textOr("JWT_ISSUER", TOKEN_ISSUER, { describe: "issuer (iss) of access tokens" }),
  logLevel: oneOf("LOG_LEVEL", "info", { describe: "lowest level that is logged", words: logLevels }),
  corsOrigins: origins("CORS_ORIGINS", { describe: "origins that browsers may call from, separated by commas" }),
  drainDelayMs: integer("DRAIN_DELAY_MS", 0, {
    describe: "how long to keep serving after SIGTERM, with /health at 503, in milliseconds",
    minimum: 0,
    maximum: 120_000,
  }),
  otlpEndpoint: httpUrl("OTEL_EXPORTER_OTLP_ENDPOINT", { describe: "OTLP/HTTP trace collector; no traces if not set" }),
  tracesPerSecond: integer("TRACES_PER_SECOND", TRACES_PER_SECOND_DEFAULT, {
    describe: "most traces that one process starts per second, if there is a collector",
    minimum: 0,
    maximum: 1_000_000,
  }),
  metricsHost: hostPort("METRICS_HOST", {
    describe: "host:port that serves GET /metrics to anyone; if not set, only administrators, on PORT",
  }),
});

/** Where a service that does not issue tokens finds the keys that verify them. */
export const jwksUrl = () => httpUrl("JWKS_URL", { describe: "address of the key set that verifies access tokens" });
