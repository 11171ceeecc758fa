/** Values of span attributes. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** What a span is to the trace: an answer to a call, a call, delivered later, or work inside the process. */
export type SpanKind = "server" | "client" | "consumer" | "internal";

/** How a span begins. */
export interface SpanOptions {
  /** `internal` when absent. */
  readonly kind?: SpanKind;
  /** A span of this process, or the traceparent of another's; absent: a new trace. */
  readonly parent?: Span | string | undefined;
  /** Spans that the work is done for too. */
  readonly links?: readonly Span[];
  readonly attributes?: Attributes;
}

/** A piece of work in a trace. */
export interface Span {
  /** W3C trace context that names this span as the parent. */
  readonly traceparent: string;
  rename(name: string): void;
  set(attributes: Attributes): void;
  /** Ends it, as failed when an error is given; ending twice does nothing. */
  end(outcome?: { readonly error?: unknown }): void;
}

/** Makes spans and sends them to the collector. */
export interface Tracer {
  start(name: string, options: SpanOptions): Span;
  /** Sends what is left; waits at most the exporter's limit. */
  stop(): Promise<void>;
}
