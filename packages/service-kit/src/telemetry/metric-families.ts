/** Labels of one series. */
export type LabelSet = Readonly<Record<string, string>>;
/** Values that each label of a metric may have: the product of their counts is the number of its series. */
export type LabelValues = Readonly<Record<string, readonly string[]>>;

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

/** One metric with all its series, as the Prometheus text format has it (version 0.0.4). */
export interface Family {
  readonly name: string;
  read(): string;
}

/** Counts by labels of fixed values: each combination has its series, and `other` stands for values not on the list. */
export class Counts implements Family {
  readonly name: string;
  readonly #head: string;
  readonly #values: LabelValues;
  readonly #series = new Map<string, { readonly text: string; value: number }>();

  constructor(description: MetricDescription, values: LabelValues) {
    this.name = description.name;
    this.#head = head(description, "counter");
    this.#values = values;
    for (const labels of combinations(values)) this.#open(labels);
  }

  add(labels: LabelSet, amount: number): void {
    const series = this.#series.get(this.#keyOf(labels)) ?? this.#open(this.#bounded(labels));
    series.value += amount;
  }

  read(): string {
    let text = this.#head;
    for (const series of this.#series.values()) text += `${series.text} ${series.value}\n`;
    return text;
  }

  #open(labels: LabelSet): { readonly text: string; value: number } {
    const key = this.#keyOf(labels);
    const series = this.#series.get(key) ?? { text: this.name + labelText(labels), value: 0 };
    this.#series.set(key, series);
    return series;
  }

  /** By the order of the labels' declaration, whatever the order they are given in. */
  #keyOf(labels: LabelSet): string {
    let key = "";
    for (const name in this.#values) key += `${labels[name]}\u0000`;
    return key;
  }

  #bounded(labels: LabelSet): LabelSet {
    const checked: Record<string, string> = {};
    for (const [name, words] of Object.entries(this.#values)) {
      const word = labels[name] ?? OTHER;
      checked[name] = words.includes(word) ? word : OTHER;
    }
    return checked;
  }
}

/** Values that are read when somebody asks; one that is undefined is left out. */
export class Readings implements Family {
  readonly name: string;
  readonly #head: string;
  readonly #readings: readonly { readonly text: string; readonly read: () => number | undefined }[];

  constructor(
    description: MetricDescription,
    type: "gauge" | "counter",
    readings: readonly (readonly [LabelSet, () => number | undefined])[],
  ) {
    this.name = description.name;
    this.#head = head(description, type);
    this.#readings = readings.map(([labels, read]) => ({ text: this.name + labelText(labels), read }));
  }

  read(): string {
    let text = this.#head;
    for (const { text: series, read } of this.#readings) {
      const value = read();
      if (value !== undefined) text += `${series} ${value}\n`;
    }
    return text;
  }
}

/** Distributions over the same upper bounds, by labels. */
export class Distribution implements Family {
  readonly name: string;
  readonly #head: string;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, DistributionSeries>();

  constructor(description: MetricDescription, bounds: readonly number[]) {
    this.name = description.name;
    this.#head = head(description, "histogram");
    this.#bounds = bounds;
  }

  /** The series of these labels, made when it is asked for first. */
  series(labels: LabelSet): { observe(value: number): void } {
    const key = labelText(labels);
    const known = this.#series.get(key) ?? new DistributionSeries(this.name, labels, this.#bounds);
    this.#series.set(key, known);
    return known;
  }

  read(): string {
    let text = this.#head;
    for (const series of this.#series.values()) text += series.read();
    return text;
  }
}

class DistributionSeries {
  readonly #bounds: readonly number[];
  /** How many values each bucket holds by itself; the last one is beyond every bound. */
  readonly #counts: number[];
  readonly #bucketTexts: readonly string[];
  readonly #sumText: string;
  readonly #countText: string;
  #sum = 0;

  constructor(name: string, labels: LabelSet, bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
    this.#bucketTexts = [...bounds, "+Inf"].map((le) => `${name}_bucket${labelText({ ...labels, le: String(le) })}`);
    this.#sumText = `${name}_sum${labelText(labels)}`;
    this.#countText = `${name}_count${labelText(labels)}`;
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  read(): string {
    let text = "";
    let total = 0;
    for (const [index, series] of this.#bucketTexts.entries()) {
      total += this.#counts[index] ?? 0;
      text += `${series} ${total}\n`;
    }
    return `${text}${this.#sumText} ${this.#sum}\n${this.#countText} ${total}\n`;
  }
}

const head = ({ name, help }: MetricDescription, type: string): string =>
  `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} ${type}\n`;

/** Every combination of label values. @throws Error when there are too many: that is a mistake in the program */
function combinations(values: LabelValues): readonly LabelSet[] {
  let all: LabelSet[] = [{}];
  for (const [label, words] of Object.entries(values)) {
    all = all.flatMap((labels) => words.map((word) => ({ ...labels, [label]: word })));
  }
  if (all.length > SERIES_MAX) throw new Error(`a metric with ${all.length} series: at most ${SERIES_MAX} are allowed`);
  return all;
}

function labelText(labels: LabelSet): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const escapeValue = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
