import { type Static, Type } from "@sinclair/typebox";
import { ClosedObject, StringEnum, WholeNumber } from "./primitives.ts";

/** What one check of a service found. */
export const HealthCheck = ClosedObject(
  {
    status: StringEnum(["up", "down"]),
    durationMs: Type.Optional(Type.Number({ minimum: 0 })),
    reason: Type.Optional(Type.String()),
  },
  { title: "HealthCheck" },
);
const checks = Type.Record(Type.String(), HealthCheck);

/** Query of GET /health; monitors and balancers add fields of their own. */
export const HealthQuery = Type.Object(
  {
    checks: Type.Optional(
      StringEnum(["none"], {
        description: "`none` checks the process alone, for liveness probes: 200 even if the database is down",
      }),
    ),
  },
  { additionalProperties: true },
);
/** Answer of GET /health with 200. */
export const Healthy = ClosedObject(
  { status: StringEnum(["healthy"]), service: Type.String(), checks },
  { title: "Healthy", description: "Serving" },
);
/** Answer of GET /health with 503. */
export const Unhealthy = ClosedObject(
  { status: StringEnum(["unhealthy"]), service: Type.String(), checks },
  { title: "Unhealthy", description: "Not able to serve: the database does not answer, or the service is draining" },
);
export type Health = Static<typeof Healthy> | Static<typeof Unhealthy>;

/** What an operator compares manifests with. Environment variables by name only, never their values. */
export const Meta = ClosedObject(
  {
    service: Type.String(),
    version: Type.String(),
    port: WholeNumber({ minimum: 0, maximum: 65_535 }),
    environment: Type.Array(Type.String()),
    rssBytes: WholeNumber({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    replicaSet: Type.Optional(Type.String()),
  },
  { title: "Meta", description: "Facts about this process" },
);
export type Meta = Static<typeof Meta>;

/** What Prometheus reads: its text format, version 0.0.4. */
export const MetricsText = Type.String({
  contentMediaType: "text/plain",
  description: "Metrics in the Prometheus text format",
  examples: ['http_server_request_duration_seconds_count{method="GET",route="/products/:id",status="200"} 42'],
});
