import {
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span as RecordedSpan,
  SpanKind as RecordedKind,
  SpanStatusCode,
  trace,
  type Tracer as SpanSource,
  TraceFlags,
} from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from "@opentelemetry/sdk-trace";
import type { Logger } from "../logging/logger.ts";
import { redactText } from "../logging/redact.ts";
import type { Attributes, Span, SpanKind, SpanOptions, Tracer } from "./tracer.ts";

/** Where traces go, and as whose. */
export interface OtlpTools {
  /** Address of the collector; traces go to its path /v1/traces. */
  readonly endpoint: string;
  readonly service: string;
  readonly version: string;
  readonly logger: TracerLogger;
}

/** What a tracer tells. */
export type TracerLogger = Pick<Logger, "warn" | "info">;

/** Spans that wait to be sent; more are dropped, so that a collector that is away costs memory within a limit. */
const QUEUE_MAX_SPANS = 8192;
const BATCH_MAX_SPANS = 1024;
const SEND_EVERY_MS = 1000;
const SEND_TIMEOUT_MS = 5000;
const LINKS_MAX = 128;
const REASON_MAX_LENGTH = 300;

/** A tracer that sends spans by OTLP/HTTP (JSON). The only module that loads OpenTelemetry. */
export function createOtlpTracer({ endpoint, service, version, logger }: OtlpTools): Tracer {
  const exporter = watched(new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: SEND_TIMEOUT_MS }), {
    endpoint,
    logger,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      "service.name": service,
      "service.version": version,
      "service.namespace": "product-order-system",
      "service.instance.id": crypto.randomUUID(),
    }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: QUEUE_MAX_SPANS,
        maxExportBatchSize: BATCH_MAX_SPANS,
        scheduledDelayMillis: SEND_EVERY_MS,
        exportTimeoutMillis: SEND_TIMEOUT_MS,
      }),
    ],
    spanLimits: { linkCountLimit: LINKS_MAX },
  });
  const source = provider.getTracer("product-order-system", version);
  return {
    start: (name, options) => new OtlpSpan(source, name, options),
    stop: () => provider.shutdown(),
  };
}

/** Logs when the collector ceases to take spans and when it begins again: OpenTelemetry drops them in silence. */
function watched(
  exporter: SpanExporter,
  { endpoint, logger }: { readonly endpoint: string; readonly logger: TracerLogger },
): SpanExporter {
  let isTaking = true;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const wasTaking = isTaking;
        isTaking = result.error === undefined;
        if (isTaking && !wasTaking) logger.info({ endpoint }, "the collector takes spans again");
        if (!isTaking && wasTaking)
          logger.warn({ endpoint, reason: reasonOf(result.error) }, "the collector takes no spans, they are dropped");
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}

const kinds: Readonly<Record<SpanKind, RecordedKind>> = {
  server: RecordedKind.SERVER,
  client: RecordedKind.CLIENT,
  consumer: RecordedKind.CONSUMER,
  internal: RecordedKind.INTERNAL,
};

class OtlpSpan implements Span {
  readonly traceparent: string;
  readonly span: RecordedSpan;

  constructor(source: SpanSource, name: string, { kind = "internal", parent, links, attributes }: SpanOptions) {
    this.span = source.startSpan(
      name,
      {
        kind: kinds[kind],
        ...(attributes === undefined ? {} : { attributes }),
        ...(links === undefined ? {} : { links: links.flatMap(linkTo) }),
      },
      contextOf(parent),
    );
    const { traceId, spanId, traceFlags } = this.span.spanContext();
    this.traceparent = `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`;
  }

  rename(name: string): void {
    this.span.updateName(name);
  }

  set(attributes: Attributes): void {
    this.span.setAttributes(attributes);
  }

  end(outcome: { readonly error?: unknown } = {}): void {
    if (!this.span.isRecording()) return;
    if (outcome.error !== undefined) {
      const error = outcome.error instanceof Error ? outcome.error : new Error("no error was thrown");
      this.span.setStatus({ code: SpanStatusCode.ERROR, message: reasonOf(error) });
      this.span.setAttribute("error.type", error.name);
    }
    this.span.end();
  }
}

/** A driver's message may quote a connection string. */
const reasonOf = (error: Error | undefined): string => redactText(error?.message ?? "").slice(0, REASON_MAX_LENGTH);

function contextOf(parent: Span | string | undefined): Context {
  if (parent === undefined) return ROOT_CONTEXT;
  if (parent instanceof OtlpSpan) return trace.setSpan(ROOT_CONTEXT, parent.span);
  const traceparent = typeof parent === "string" ? parent : parent.traceparent;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: traceparent.slice(3, 35),
    spanId: traceparent.slice(36, 52),
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  });
}

const linkTo = (span: Span): Link[] => (span instanceof OtlpSpan ? [{ context: span.span.spanContext() }] : []);
