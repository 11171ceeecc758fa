import type { MongoClient } from "mongodb";
import { TRACES_PER_SECOND_DEFAULT } from "../config/common.ts";
import { poolMetrics } from "./database-metrics.ts";
import { traceCommands } from "./database-spans.ts";
import { Metrics } from "./metrics.ts";
import type { TracerLogger } from "./otlp-tracer.ts";
import { eventLoopLag, measureProcess } from "./process-metrics.ts";
import { inSpan, newTraceparent, runInScope, type Scope } from "./scope.ts";
import type { Attributes, Span, SpanOptions, Tracer } from "./tracer.ts";

/** Work that belongs to another request or to none: a delivery, a round, one command of a batch. */
export interface Task {
  readonly name: string;
  /** The request that it belongs to. */
  readonly requestId?: string | undefined;
  /** The trace it goes on with; a new one when absent. */
  readonly traceparent?: string | undefined;
  readonly attributes?: Attributes;
}

/** How one service is seen from outside: its measurements always, its traces when there is a collector. */
export class Telemetry {
  readonly metrics: Metrics;
  readonly tracer: Tracer | undefined;
  readonly #watchPool: (client: MongoClient) => void;
  readonly #lag: { start(): void; stop(): Promise<void> };
  readonly #budget: Budget;

  constructor({ tracer, tracesPerSecond = TRACES_PER_SECOND_DEFAULT, ...identity }: TelemetryOptions) {
    this.metrics = new Metrics(identity);
    this.tracer = tracer;
    this.#budget = new Budget(tracesPerSecond);
    measureProcess(this.metrics);
    this.#watchPool = poolMetrics(this.metrics);
    this.#lag = eventLoopLag(this.metrics);
  }

  start(): void {
    this.#lag.start();
  }

  /** Sends the spans that are left. */
  async stop(): Promise<void> {
    await this.#lag.stop();
    await this.tracer?.stop();
  }

  /** Watches a database client; call it before the client connects. */
  readonly watchDatabase = (client: MongoClient): void => {
    this.#watchPool(client);
    if (this.tracer !== undefined) traceCommands(client);
  };

  /**
   * Begins the span of a request or a task when it is to be recorded: because the caller's trace is, or because it
   * begins a trace and fewer than `tracesPerSecond` were begun in this second.
   */
  begin(
    name: string,
    { traceparent, ...options }: SpanOptions & { traceparent: string | undefined },
  ): Span | undefined {
    if (this.tracer === undefined) return undefined;
    const isRecorded = traceparent === undefined ? this.#budget.take() : isSampled(traceparent);
    return isRecorded ? this.tracer.start(name, { ...options, parent: traceparent }) : undefined;
  }

  /** Does a task within a scope of its own, so that its log lines, spans and calls carry its trace. */
  perform<Result>({ name, requestId, traceparent, attributes }: Task, work: () => Promise<Result>): Promise<Result> {
    const span = this.begin(name, {
      kind: "consumer",
      traceparent,
      ...(attributes === undefined ? {} : { attributes }),
    });
    const scope: Scope = { requestId, traceparent: traceparent ?? newTraceparent(crypto.randomUUID()) };
    if (span === undefined) return runInScope(scope, work);
    return inSpan({ ...scope, tracer: this.tracer }, span, work);
  }
}

/** Whose measurements these are, and where its spans go. */
export interface TelemetryOptions {
  readonly service: string;
  readonly version: string;
  /** Absent: traces are off. */
  readonly tracer?: Tracer | undefined;
  /** Traces that this process begins in a second at most; those that callers began are not counted. */
  readonly tracesPerSecond?: number;
}

const isSampled = (traceparent: string): boolean => (Number.parseInt(traceparent.slice(-2), 16) & 1) === 1;

/** Admits so many a second. */
class Budget {
  readonly #perSecond: number;
  #second = 0;
  #taken = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  take(): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#taken = 0;
    }
    return this.#taken++ < this.#perSecond;
  }
}

/** Opens the telemetry of a service. OpenTelemetry is loaded only when there is a collector to send to. */
export async function openTelemetry(
  { name: service, version = "unknown" }: { readonly name: string; readonly version?: string },
  { otlpEndpoint: endpoint, tracesPerSecond }: { otlpEndpoint: string | undefined; tracesPerSecond: number },
  logger: TracerLogger,
): Promise<Telemetry> {
  if (endpoint === undefined) return new Telemetry({ service, version });
  const { createOtlpTracer } = await import("./otlp-tracer.ts");
  const tracer = createOtlpTracer({ endpoint, service, version, logger });
  return new Telemetry({ service, version, tracer, tracesPerSecond });
}
