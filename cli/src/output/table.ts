import type { Style } from "./style.ts";
import { clean, cut, pad, widthOf } from "./text.ts";

/** One column of a table. */
export interface Column<Item> {
  readonly header: string;
  value(item: Item): string;
  /** Shown by `-o wide` alone. */
  readonly wide?: boolean;
  readonly align?: "right";
  /** Never cut: what is cut of an id cannot be copied, and of a time it is the time of day. */
  readonly keep?: true;
  /** Colours a finished cell. */
  paint?(cell: string, style: Style, item: Item): string;
}

const GAP = "  ";
/** A column is not cut below this width. */
const WIDTH_MIN = 8;

/** How a table is to look. */
export interface TableOptions {
  readonly style: Style;
  /** Of a terminal: the widest columns are cut until a row fits on a line. */
  readonly maxWidth?: number | undefined;
  /** Whether the rows continue a table: no headers. */
  readonly isContinued?: boolean;
}

/** Rows under headers. Where not even short cells fit beside each other, each stands on a line of its own. */
export function renderTable<Item>(
  items: readonly Item[],
  columns: readonly Column<Item>[],
  { style, maxWidth = Number.POSITIVE_INFINITY, isContinued = false }: TableOptions,
): string {
  const cells = items.map((item) => columns.map((column) => clean(column.value(item))));
  const widths = columns.map((column, index) =>
    Math.max(widthOf(column.header), ...cells.map((row) => widthOf(row[index] ?? ""))),
  );
  const painted = (text: string, index: number, row: number) =>
    columns[index]?.paint?.(text, style, items[row] as Item) ?? text;
  if (!shrink(widths, { columns, maxWidth })) {
    const facts = cells.map((row, at) =>
      row.map((text, index) => [columns[index]?.header ?? "", painted(text, index, at)] as const),
    );
    return facts.map((row) => `${renderFacts(row, style)}\n`).join("");
  }
  const line = (texts: readonly string[], paint: (text: string, index: number) => string) =>
    texts
      .map((text, index) => paint(pad(cut(text, widths[index] ?? 0), widths[index] ?? 0, columns[index]?.align), index))
      .join(GAP)
      .trimEnd();
  const head = line(
    columns.map(({ header }) => header),
    (text) => style.bold(text),
  );
  const rows = cells.map((row, at) => line(row, (text, index) => painted(text, index, at)));
  return `${[...(isContinued ? [] : [head]), ...rows].join("\n")}\n`;
}

/** @returns whether a row fits on a line now */
function shrink<Item>(
  widths: number[],
  { columns, maxWidth }: { columns: readonly Column<Item>[]; maxWidth: number },
): boolean {
  const total = () => widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1));
  while (total() > maxWidth) {
    const widest = Math.max(...widths.filter((_, index) => columns[index]?.keep !== true));
    if (widest <= WIDTH_MIN) return false;
    widths[widths.findIndex((width, index) => width === widest && columns[index]?.keep !== true)] = widest - 1;
  }
  return true;
}

/** Facts about one thing: names left, values right of them. */
export function renderFacts(facts: readonly (readonly [name: string, value: string])[], style: Style): string {
  const width = Math.max(...facts.map(([name]) => widthOf(name)));
  return facts.map(([name, value]) => `${style.bold(pad(name, width))}  ${value}\n`).join("");
}
