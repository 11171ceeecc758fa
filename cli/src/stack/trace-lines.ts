import type { LogLine } from "./log-lines.ts";

const idFields = ["requestId", "traceId", "orderId"] as const;

/**
 * The lines that belong to a request, a trace or an order. What names the id tells the traces it took part in; every
 * line of those traces belongs to it, whichever service wrote it.
 * @param lines walked through twice: no more than what is found is held in memory
 */
export function linesOfTrace(lines: Iterable<LogLine>, id: string): readonly LogLine[] {
  const wanted = id.toLowerCase();
  const traces = new Set<string>();
  for (const line of lines) if (names(line, wanted)) traces.add(textOf(line, "traceId") ?? "");
  traces.delete("");
  const found: LogLine[] = [];
  for (const line of lines) if (names(line, wanted) || traces.has(textOf(line, "traceId") ?? "")) found.push(line);
  return found;
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
