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

/** The same lines without the ids that all of them share: what was asked for needs not stand in every line. */
export function withoutIds(lines: readonly LogLine[]): readonly LogLine[] {
  const shared = (["requestId", "traceId"] as const).filter(
    (field) => new Set(lines.flatMap((line) => textOf(line, field) ?? [])).size <= 1,
  );
  return lines.map((line) => ({ ...line, fields: without(line.fields, shared) }));
}

function without(fields: LogLine["fields"], names: readonly string[]): LogLine["fields"] {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

function names(line: LogLine, id: string): boolean {
  if (idFields.some((field) => textOf(line, field)?.toLowerCase() === id)) return true;
  return textOf(line, "path")?.toLowerCase().split("/").includes(id) === true;
}

function textOf({ fields }: LogLine, field: string): string | undefined {
  const value = fields[field];
  return typeof value === "string" ? value : undefined;
}
