import { usageError } from "../errors.ts";
import type { Output } from "../io.ts";
import { jsonpath } from "./jsonpath.ts";
import type { Style } from "./style.ts";
import { type Column, renderTable, type TableOptions } from "./table.ts";
import { clean, harmless } from "./text.ts";
import { toYaml } from "./yaml.ts";

/** How one kind of thing is shown. */
export interface View<Item> {
  /** Such as `order`: `-o name` prints `order/<id>`. */
  readonly kind: string;
  id(item: Item): string;
  readonly columns: readonly Column<Item>[];
  /** All about one item, for `get`; a table of one row when absent. */
  detail?(item: Item, look: TableOptions): string;
}

/** The format of data on standard output. */
export type Format =
  | { readonly kind: "table" | "wide" | "json" | "ndjson" | "yaml" | "name" | "quiet" }
  | { readonly kind: "jsonpath"; readonly template: string };

/** What -o takes, for help and completion. */
export const formatNames = ["table", "wide", "json", "ndjson", "yaml", "name", "jsonpath="] as const;

/** @throws {CliError} USAGE */
export function parseFormat(text: string): Format {
  if (text.startsWith("jsonpath=")) {
    const template = text.slice("jsonpath=".length);
    // A mistake in it is told before the command does anything.
    jsonpath(template, undefined);
    return { kind: "jsonpath", template };
  }
  for (const kind of ["table", "wide", "json", "ndjson", "yaml", "name"] as const) if (text === kind) return { kind };
  throw usageError(
    `-o ${clean(text)} is not an output format; use one of ${formatNames.join(", ")}….`,
    "ordersctl help output",
  );
}

/** Puts data on standard output, in the format that was asked for. */
export class Printer {
  readonly style: Style;
  readonly format: Format;
  readonly #stdout: Output;

  constructor(stdout: Output, format: Format, style: Style) {
    this.#stdout = stdout;
    this.format = format;
    this.style = style;
  }

  /** Whether a person reads it: then empty lists and results may be put into words. */
  get isForPeople(): boolean {
    return this.format.kind === "table" || this.format.kind === "wide";
  }

  list<Item>(items: readonly Item[], view: View<Item>): void {
    if (this.isForPeople) {
      if (items.length > 0) this.text(this.#table(items, view));
      return;
    }
    if (this.format.kind === "json") return this.text(`${harmless(JSON.stringify(items, undefined, 2))}\n`);
    if (this.format.kind === "yaml") return this.text(toYaml(items));
    if (this.format.kind === "jsonpath") return this.text(this.#filledIn(this.format.template, { items }));
    for (const item of items) this.item(item, view);
  }

  /** One thing, with everything about it. */
  one<Item>(item: Item, view: View<Item>): void {
    if (this.isForPeople) return this.text(view.detail?.(item, this.#look()) ?? this.#table([item], view));
    if (this.format.kind === "json") return this.text(`${harmless(JSON.stringify(item, undefined, 2))}\n`);
    if (this.format.kind === "yaml") return this.text(toYaml(item));
    this.item(item, view);
  }

  /** One of many things that come one after the other: a line each, or a YAML document each. */
  item<Item>(item: Item, view: View<Item>): void {
    switch (this.format.kind) {
      case "jsonpath":
        return this.text(this.#filledIn(this.format.template, item));
      case "name":
        return this.text(`${view.kind}/${clean(view.id(item))}\n`);
      case "quiet":
        return this.text(`${clean(view.id(item))}\n`);
      case "yaml":
        return this.text(`---\n${toYaml(item)}`);
      case "json":
      case "ndjson":
        return this.text(`${harmless(JSON.stringify(item))}\n`);
      case "table":
      case "wide":
        return this.text(this.#table([item], view, { isContinued: true }));
    }
  }

  /** A program gets values as they are; at a terminal nothing in them can steer it. */
  #filledIn(template: string, data: unknown): string {
    return this.#stdout.isTty ? jsonpath(template, data, clean) : jsonpath(template, data);
  }

  text(text: string): void {
    this.#stdout.write(text);
  }

  #table<Item>(items: readonly Item[], view: View<Item>, options: { isContinued?: boolean } = {}): string {
    const columns = view.columns.filter(({ wide }) => wide !== true || this.format.kind === "wide");
    return renderTable(items, columns, { ...this.#look(), ...options });
  }

  #look(): TableOptions {
    // A wide table is for scrolling and piping: nothing is cut.
    const maxWidth = this.#stdout.isTty && this.format.kind === "table" ? this.#stdout.columns : undefined;
    return { style: this.style, maxWidth };
  }
}
