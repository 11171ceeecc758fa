import {
  Counts,
  Distribution,
  type Family,
  type LabelValues,
  type MetricDescription,
  OTHER,
  Readings,
} from "./metric-families.ts";

type Labels<Values extends LabelValues> = { readonly [Label in keyof Values]: string };

/** Most series of requests: beyond it they are counted as `other`. */
const REQUEST_SERIES_MAX = 500;
/** Upper bounds in seconds; the objectives (0.3 and 0.5) are among them. */
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5];
const methodNumbers = new Map(
  ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"].map((method, index) => [method, index + 1]),
);
const METHODS_MAX = 16;

/** One answered request. */
export interface AnsweredRequest {
  readonly method: string;
  /** Route pattern, one of a fixed set; undefined when no route was met. */
  readonly route: string | undefined;
  readonly status: number;
  readonly durationSeconds: number;
}

/**
 * The measurements of one service. Every series exists from the start, at zero, but those of requests. Each observation
 * is some additions and nothing is allocated for it, because every request makes several.
 */
export class Metrics {
  readonly #families = new Map<string, Family>();
  readonly #requests: Distribution;
  /** By route, then by status and method: no text is put together for a request. */
  readonly #requestSeries = new Map<string, Map<number, { observe(seconds: number): void }>>();
  #requestSeriesCount = 0;

  constructor({ service, version }: { service: string; version: string }) {
    this.#requests = this.#add(
      new Distribution(
        {
          name: "http_server_request_duration_seconds",
          help: "Time from a request's arrival to its answer, by method, route pattern and status",
        },
        REQUEST_BUCKETS,
      ),
    );
    const about = { name: "service_info", help: "1, with the name and version of the service" };
    this.#add(new Readings(about, "gauge", [[{ service, version }, () => 1]]));
  }

  /** The `Content-Type` of `read`. */
  readonly contentType = "text/plain; version=0.0.4; charset=utf-8";

  /** All measurements in the Prometheus text format. */
  read(): string {
    let text = "";
    for (const family of this.#families.values()) text += family.read();
    return text;
  }

  /** Counts a request and its time. */
  observeRequest({ method, route = OTHER, status, durationSeconds }: AnsweredRequest): void {
    const key = status * METHODS_MAX + (methodNumbers.get(method) ?? 0);
    const series = this.#requestSeries.get(route)?.get(key) ?? this.#openSeries(key, { method, route, status });
    series.observe(durationSeconds);
  }

  #openSeries(key: number, { method, route, status }: { method: string; route: string; status: number }) {
    if (!methodNumbers.has(method) || this.#requestSeriesCount >= REQUEST_SERIES_MAX) {
      return this.#requests.series({ method: OTHER, route: OTHER, status: OTHER });
    }
    const series = this.#requests.series({ method, route, status: String(status) });
    const ofRoute = this.#requestSeries.get(route) ?? new Map<number, { observe(seconds: number): void }>();
    this.#requestSeries.set(route, ofRoute.set(key, series));
    this.#requestSeriesCount++;
    return series;
  }

  /** A count that only grows. */
  counter<const Values extends LabelValues>(
    description: MetricDescription,
    values: Values,
  ): { add(labels: Labels<Values>, amount?: number): void } {
    const counts = this.#add(new Counts(description, values));
    return { add: (labels, amount = 1) => counts.add(labels, amount) };
  }

  /** A distribution over fixed upper bounds. */
  histogram(description: MetricDescription, buckets: readonly number[]): { observe(value: number): void } {
    return this.#add(new Distribution(description, buckets)).series({});
  }

  /** A value that is read when somebody asks; undefined leaves it out. */
  gauge(description: MetricDescription, read: () => number | undefined): void {
    this.#add(new Readings(description, "gauge", [[{}, read]]));
  }

  /** Values by one label, read when somebody asks. */
  gauges(description: MetricDescription, label: string, reads: Readonly<Record<string, () => number>>): void {
    const readings = Object.entries(reads).map(([value, read]) => [{ [label]: value }, read] as const);
    this.#add(new Readings(description, "gauge", readings));
  }

  /** A count that something else keeps, read when somebody asks. */
  runningTotal(description: MetricDescription, read: () => number): void {
    this.#add(new Readings(description, "counter", [[{}, read]]));
  }

  #add<Kind extends Family>(family: Kind): Kind {
    if (this.#families.has(family.name)) throw new Error(`two metrics are called ${family.name}`);
    this.#families.set(family.name, family);
    return family;
  }
}
