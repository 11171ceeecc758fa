import { readFileSync, statSync } from "node:fs";

/** @returns where the log ends now, in bytes: what comes after belongs to the next start */
export function logEnd(logPath: string): number {
  return statSync(logPath, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * The last line since `from` that tells why mongod ended: an error or fatal entry of its structured log, or the plain text
 * that it prints when it does not like its options.
 */
export function reasonInLog(logPath: string, from: number): string | undefined {
  const lines = readFileSync(logPath)
    .subarray(from)
    .toString("utf8")
    .split("\n")
    .filter((line) => line.trim() !== "");
  for (const line of lines.toReversed()) {
    const entry = parse(line);
    if (entry === undefined) return line.trim();
    if (entry.severity === "E" || entry.severity === "F") return entry.text;
  }
  return undefined;
}

interface LogEntry {
  readonly severity: string;
  readonly text: string;
}

/** mongod's own form: `{"s": severity, "msg": text, "attr": {"error": …}}`. */
function parse(line: string): LogEntry | undefined {
  try {
    const { s, msg, attr } = JSON.parse(line) as { s?: unknown; msg?: unknown; attr?: { error?: unknown } };
    const error = attr?.error;
    const detail = typeof error === "string" ? error : error === undefined ? "" : JSON.stringify(error);
    return { severity: String(s), text: detail === "" ? String(msg) : `${String(msg)}: ${detail}` };
  } catch {
    return undefined;
  }
}
