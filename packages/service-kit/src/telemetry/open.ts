import type { HostPort } from "../config/environment.ts";
import type { Metrics } from "./metrics.ts";
import { Telemetry } from "./telemetry.ts";

/** What of a service's configuration is about telemetry. */
export interface TelemetryConfiguration {
  readonly otlpEndpoint: string | undefined;
  readonly tracesPerSecond: number;
  readonly metricsHost: HostPort | undefined;
}

/** Opens the telemetry of a service. OpenTelemetry is loaded only when there is a collector to send to. */
export async function openTelemetry(service: string, config: TelemetryConfiguration) {
  const version = process.env["npm_package_version"] ?? "unknown";
  const { otlpEndpoint: endpoint, tracesPerSecond, metricsHost } = config;
  const tracer =
    endpoint === undefined
      ? undefined
      : (await import("./otlp-tracer.ts")).createOtlpTracer({ endpoint, service, version });
  const telemetry = new Telemetry({ service, version, tracer, tracesPerSecond });
  const listener = metricsHost === undefined ? undefined : metricsListener(metricsHost, telemetry.metrics);
  return { telemetry, metricsListener: listener };
}
