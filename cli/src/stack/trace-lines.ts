import type { LogLine } from "./log-lines.ts";

const idFields = ["requestId", "traceId", "orderId"] as const;

/**
 * The lines that belong to a request, a trace or an order. What names the id tells the traces it took part in; every
 * line of those traces belongs to it, whichever service wrote it.
 */
export function linesOfTrace(lines: readonly LogLine[], id: string): readonly LogLine[] {
  const wanted = id.toLowerCase();
  const named = new Set(lines.filter((line) => names(line, wanted)));
  const traces = new Set([...named].flatMap((line) => textOf(line, "traceId") ?? []));
  return lines.filter((line) => named.has(line) || traces.has(textOf(line, "traceId") ?? ""));
}

/** The lines of a single trace without its ids: what was asked for needs not stand in every line. */
export function withoutIds(lines: readonly LogLine[]): readonly LogLine[] {
  const traces = new Set(lines.flatMap((line) => textOf(line, "traceId") ?? []));
  if (traces.size > 1) return lines;
  return lines.map((line) => {
    const { requestId: _request, traceId: _trace, ...fields } = line.fields;
    return { ...line, fields };
  });
}

function names(line: LogLine, id: string): boolean {
  if (idFields.some((field) => textOf(line, field)?.toLowerCase() === id)) return true;
  return textOf(line, "path")?.toLowerCase().split("/").includes(id) === true;
}

function textOf({ fields }: LogLine, field: string): string | undefined {
  const value = fields[field];
  return typeof value === "string" ? value : undefined;
}
