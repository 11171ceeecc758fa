import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** Values that each label of a metric may have: the product of their counts is the number of its series. */
export type LabelValues = Readonly<Record<string, readonly string[]>>;
type Labels<Values extends LabelValues> = { readonly [Label in keyof Values]: string };

/** What a metric is called and means. */
export interface MetricDescription {
  /** Prometheus form: base unit and `_total` last. */
  readonly name: string;
  readonly help: string;
}

/** Stands for a label's value that is not on its list, so that no input makes series. */
export const OTHER = "other";
/** Most series that one metric of fixed labels may have. */
const SERIES_MAX = 100;
/** Most series of requests: beyond it they are counted as `other`. */
const REQUEST_SERIES_MAX = 500;
/** Upper bounds in seconds; the objectives (0.3 and 0.5) are among them. */
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5];
const methods = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]);

/** One answered request. */
export interface AnsweredRequest {
  readonly method: string;
  /** Route pattern, one of a fixed set; undefined when no route was met. */
  readonly route: string | undefined;
  readonly status: number;
  readonly durationSeconds: number;
}

/** The measurements of one service, in a registry of its own. Every series exists from the start, at zero. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<"method" | "route" | "status">;
  readonly #requestSeries = new Map<string, { observe(seconds: number): void }>();

  constructor({ service, version }: { service: string; version: string }) {
    this.#requests = new Histogram({
      name: "http_server_request_duration_seconds",
      help: "Time from a request's arrival to its answer, by method, route pattern and status",
      labelNames: ["method", "route", "status"],
      buckets: REQUEST_BUCKETS,
      registers: [this.#registry],
    });
    new Gauge({
      name: "service_info",
      help: "1, with the name and version of the service",
      labelNames: ["service", "version"],
      registers: [this.#registry],
    }).set({ service, version }, 1);
  }

  /** The `Content-Type` of `read`. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All measurements in the Prometheus text format. */
  read(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Counts a request and its time. */
  observeRequest({ method, route = OTHER, status, durationSeconds }: AnsweredRequest): void {
    const key = `${method} ${route} ${status}`;
    const series = this.#requestSeries.get(key) ?? this.#openSeries(key, { method, route, status });
    series.observe(durationSeconds);
  }

  #openSeries(key: string, { method, route, status }: { method: string; route: string; status: number }) {
    const isKnown = methods.has(method) && this.#requestSeries.size < REQUEST_SERIES_MAX;
    const labels = isKnown ? [method, route, String(status)] : [OTHER, OTHER, OTHER];
    const series = this.#requests.labels(...labels);
    if (isKnown) this.#requestSeries.set(key, series);
    return series;
  }

  /** A count that only grows; without labels call `add()`. */
  counter<const Values extends LabelValues>(
    description: MetricDescription,
    values: Values,
  ): { add(labels: Labels<Values>, amount?: number): void } {
    const counter = new Counter({ ...description, labelNames: Object.keys(values), registers: [this.#registry] });
    for (const labels of combinations(values)) counter.inc(labels, 0);
    return { add: (labels, amount = 1) => counter.inc(bounded(labels, values), amount) };
  }

  /** A distribution over fixed upper bounds. */
  histogram(description: MetricDescription, buckets: readonly number[]): { observe(value: number): void } {
    return new Histogram({ ...description, buckets: [...buckets], registers: [this.#registry] });
  }

  /** A value that is read when somebody asks; undefined leaves it out. */
  gauge(description: MetricDescription, read: () => number | undefined): void {
    new Gauge({
      ...description,
      registers: [this.#registry],
      collect() {
        const value = read();
        if (value === undefined) this.reset();
        else this.set(value);
      },
    });
  }

  /** Values by one label, read when somebody asks. */
  gauges(description: MetricDescription, label: string, reads: Readonly<Record<string, () => number>>): void {
    new Gauge({
      ...description,
      labelNames: [label],
      registers: [this.#registry],
      collect() {
        for (const [value, read] of Object.entries(reads)) this.set({ [label]: value }, read());
      },
    });
  }

  /** A count that something else keeps, read when somebody asks. */
  runningTotal(description: MetricDescription, read: () => number): void {
    new Counter({
      ...description,
      registers: [this.#registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }
}

/** Every combination of label values. @throws Error when there are too many: that is a mistake in the program */
function combinations(values: LabelValues): readonly Record<string, string>[] {
  let all: Record<string, string>[] = [{}];
  for (const [label, words] of Object.entries(values)) {
    all = all.flatMap((labels) => words.map((word) => ({ ...labels, [label]: word })));
  }
  if (all.length > SERIES_MAX) throw new Error(`a metric with ${all.length} series: at most ${SERIES_MAX} are allowed`);
  return all;
}

function bounded<Values extends LabelValues>(labels: Labels<Values>, values: Values): Record<string, string> {
  const checked: Record<string, string> = {};
  for (const label in values) checked[label] = values[label]?.includes(labels[label]) === true ? labels[label] : OTHER;
  return checked;
}
