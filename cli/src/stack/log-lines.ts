import { isObject, showJson } from "../files.ts";
import type { Style } from "../output/style.ts";
import { clean, pad } from "../output/text.ts";

/** One line of a log of the stack, whoever wrote it. */
export interface LogLine {
  /** Milliseconds since the epoch; undefined for text that is no log line of ours (a stack trace of the runtime). */
  readonly timeMs: number | undefined;
  readonly source: string;
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly raw: string;
}

const mongodLevels: Readonly<Record<string, string>> = { F: "fatal", E: "error", W: "warn", I: "info" };
const header = new Set(["level", "time", "service", "msg", "pid", "hostname"]);

/** Reads a line of a service's JSON log or of mongod's. */
export function parseLogLine(raw: string, source: string): LogLine {
  try {
    const entry: unknown = JSON.parse(raw);
    if (isObject(entry)) return isObject(entry["t"]) ? mongodLine(entry, raw, source) : serviceLine(entry, raw, source);
  } catch {
    // Told as it is.
  }
  return { timeMs: undefined, source, level: "", message: raw, fields: {}, raw };
}

/**
 * Reads a line that a container engine collected, whatever it put around it.
 * @returns undefined for what is no line of a service
 */
export function parseCollectedLine(collected: string): LogLine | undefined {
  const raw = collected.slice(Math.max(0, collected.indexOf("{")), collected.lastIndexOf("}") + 1);
  const line = parseLogLine(raw, "");
  const service = /"service":"([a-z]+)-service"/.exec(raw)?.[1];
  return line.timeMs === undefined || service === undefined ? undefined : { ...line, source: service };
}

function serviceLine(entry: Readonly<Record<string, unknown>>, raw: string, source: string): LogLine {
  const timeMs = Date.parse(String(entry["time"]));
  return {
    timeMs: Number.isNaN(timeMs) ? undefined : timeMs,
    source,
    level: showJson(entry["level"]),
    message: showJson(entry["msg"]),
    fields: Object.fromEntries(Object.entries(entry).filter(([name]) => !header.has(name))),
    raw,
  };
}

/** mongod's structured log: {t: {$date}, s, c, msg, attr}. */
function mongodLine(entry: Readonly<Record<string, unknown>>, raw: string, source: string): LogLine {
  const time = isObject(entry["t"]) ? Date.parse(String(entry["t"]["$date"])) : Number.NaN;
  return {
    timeMs: Number.isNaN(time) ? undefined : time,
    source,
    level: mongodLevels[String(entry["s"])] ?? "debug",
    message: showJson(entry["msg"]),
    fields: isObject(entry["attr"]) ? entry["attr"] : {},
    raw,
  };
}

const SOURCE_WIDTH = 10;
const STACK_LINES_MAX = 20;

/** A line for a person: time, source, level, message, then what else it says. Stacks go on lines of their own. */
export function renderLogLine(line: LogLine, style: Style): string {
  const time = line.timeMs === undefined ? " ".repeat(12) : new Date(line.timeMs).toISOString().slice(11, 23);
  const level = pad(line.level.toUpperCase(), 5);
  const paint = { warn: style.yellow, error: style.red, fatal: style.red }[line.level] ?? ((text: string) => text);
  const { err, ...fields } = line.fields;
  const rest = Object.entries(fields)
    .map(
      ([name, value]) =>
        style.dim(` ${clean(name)}=`) + clean(typeof value === "string" ? value : JSON.stringify(value)),
    )
    .join("");
  const head = `${style.dim(time)} ${style.cyan(pad(line.source, SOURCE_WIDTH))} ${paint(level)} ${paint(clean(line.message))}${rest}`;
  return `${[head, ...stackOf(err)].join("\n")}\n`;
}

function stackOf(error: unknown): string[] {
  if (!isObject(error)) return [];
  const stack = typeof error["stack"] === "string" && error["stack"] !== "" ? error["stack"] : String(error["message"]);
  return stack
    .split("\n")
    .slice(0, STACK_LINES_MAX)
    .map((line) => `    ${clean(line)}`);
}
