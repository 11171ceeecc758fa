import type { Style } from "./style.ts";
import { clean, cut, pad, widthOf } from "./text.ts";

/** One column of a table. */
export interface Column<Item> {
  readonly header: string;
  value(item: Item): string;
  /** Shown by `-o wide` alone. */
  readonly wide?: boolean;
  readonly align?: "right";
  /** Never cut: what is cut of an id cannot be copied. */
  readonly keep?: true;
  /** Colours a finished cell. */
  paint?(cell: string, style: Style, item: Item): string;
}

const GAP = "  ";
/** A column is not cut below this width. */
const WIDTH_MIN = 8;

/**
 * Rows under headers. Where `maxWidth` is given (a terminal), the widest columns are cut until a row fits on a line.
 */
export function renderTable<Item>(
  items: readonly Item[],
  columns: readonly Column<Item>[],
  { style, maxWidth }: { style: Style; maxWidth: number | undefined },
): string {
  const cells = items.map((item) => columns.map((column) => clean(column.value(item))));
  const widths = columns.map((column, index) =>
    Math.max(widthOf(column.header), ...cells.map((row) => widthOf(row[index] ?? ""))),
  );
  if (maxWidth !== undefined) shrink(widths, { columns, maxWidth });
  const line = (texts: readonly string[], paint: (text: string, index: number) => string) =>
    texts
      .map((text, index) => paint(pad(cut(text, widths[index] ?? 0), widths[index] ?? 0, columns[index]?.align), index))
      .join(GAP)
      .trimEnd();
  const head = line(
    columns.map(({ header }) => header),
    (text) => style.bold(text),
  );
  const rows = cells.map((row, rowIndex) =>
    line(row, (text, index) => columns[index]?.paint?.(text, style, items[rowIndex] as Item) ?? text),
  );
  return `${[head, ...rows].join("\n")}\n`;
}

function shrink<Item>(
  widths: number[],
  { columns, maxWidth }: { columns: readonly Column<Item>[]; maxWidth: number },
): void {
  const total = () => widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1));
  while (total() > maxWidth) {
    const widest = Math.max(...widths.filter((_, index) => columns[index]?.keep !== true));
    if (widest <= WIDTH_MIN) return;
    widths[widths.findIndex((width, index) => width === widest && columns[index]?.keep !== true)] = widest - 1;
  }
}

/** Facts about one thing: names left, values right of them. */
export function renderFacts(facts: readonly (readonly [name: string, value: string])[], style: Style): string {
  const width = Math.max(...facts.map(([name]) => widthOf(name)));
  return facts.map(([name, value]) => `${style.bold(pad(name, width))}  ${value}\n`).join("");
}
