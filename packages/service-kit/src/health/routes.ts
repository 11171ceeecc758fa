import { errors } from "@pos/contracts/errors";
import { HealthQuery, Healthy, Meta, MetricsText, Unhealthy } from "@pos/contracts/health";
import { Elysia } from "elysia";
import { access } from "../auth/access.ts";
import type { TokenVerifier } from "../auth/token-verifier.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { HealthMonitor } from "./health.ts";

/** Facts of the process that GET /meta answers. */
export interface ProcessFacts {
  readonly service: string;
  readonly version: string;
  readonly environmentNames: readonly string[];
  /** Read anew at each call: it is known once the service listens. */
  port(): number;
  readonly replicaSet?: string | undefined;
}

/** What the routes answer from. */
export interface OperationTools {
  readonly health: HealthMonitor;
  readonly facts: ProcessFacts;
  readonly verifier: TokenVerifier;
  readonly metrics: Metrics;
}

/** GET /health for every probe, GET /meta and GET /metrics for administrators. */
export const operationRoutes = (tools: OperationTools) =>
  new Elysia({ normalize: false, tags: ["operation"] })
    .use(access(tools.verifier))
    .get(
      "/health",
      async ({ query, status }) => {
        // A restart brings back no database that is away, and makes the service wait for it from the beginning.
        if (query.checks === "none")
          return status(200, { status: "healthy", service: tools.facts.service, checks: {} });
        const health = await tools.health.read();
        return health.status === "healthy" ? status(200, health) : status(503, health);
      },
      {
        access: "anyone",
        detail: { summary: "Reports whether the service can serve requests", operationId: "getHealth" },
        query: HealthQuery,
        response: { 200: Healthy, 503: Unhealthy, ...errors(400) },
      },
    )
    .get(
      "/meta",
      () => {
        const { service, version, environmentNames, port, replicaSet } = tools.facts;
        return {
          service,
          version,
          port: port(),
          environment: [...environmentNames],
          rssBytes: process.memoryUsage.rss(),
          ...(replicaSet === undefined ? {} : { replicaSet }),
        };
      },
      {
        access: ["admin"],
        detail: { summary: "Reports facts about this process", operationId: "getMeta" },
        response: { 200: Meta, ...errors(400, 401, 403, 500, 503) },
      },
    )
    .get(
      "/metrics",
      ({ set }) => {
        set.headers["content-type"] = tools.metrics.contentType;
        return tools.metrics.read();
      },
      {
        access: ["admin"],
        detail: { summary: "Metrics in the Prometheus text format", operationId: "getMetrics" },
        response: { 200: MetricsText, ...errors(400, 401, 403, 500, 503) },
      },
    );
