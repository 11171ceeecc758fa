import { readFileSync, renameSync, statSync } from "node:fs";

/** At a start, a log larger than this is set aside as `<log>.1`. */
const LOG_LIMIT_BYTES = 20_000_000;

/** Makes a log ready for the next start. @returns where it ends now, in bytes: what comes after belongs to that start */
export function logEnd(logPath: string): number {
  const size = statSync(logPath, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= LOG_LIMIT_BYTES) return size;
  renameSync(logPath, `${logPath}.1`);
  return 0;
}

/**
 * Whether the mongod that began to write at `from` accepts connections. Its port does not tell: whoever accepts them there
 * may be another process, which took the port before it.
 */
export async function listensByLog(logPath: string, from: number): Promise<boolean> {
  return (await Bun.file(logPath).slice(from).text()).includes(LISTENS);
}

/** "Waiting for connections". */
const LISTENS = '"id":23016,';

/** What follows a fatal error in every log and says nothing about its cause: fassert, abort, the signal, its stack. */
const AFTERMATH_IDS: readonly unknown[] = [23089, 23090, 6384300, 31430];

/** What WiredTiger says after an error that it cannot go on from: that it does not go on. */
const WIREDTIGER_PANIC = -31804;

/**
 * The last line since `from` that tells why mongod ended: an error or fatal entry of its structured log, or the plain text
 * that it prints when it does not like its options.
 */
export function reasonInLog(logPath: string, from: number): string | undefined {
  const entries = entriesOf(logPath, from);
  const errors = entries.flatMap(({ entry }) => (entry?.isError ? [entry] : []));
  const cause = errors.findLast(({ id }) => !AFTERMATH_IDS.includes(id)) ?? errors[0];
  return cause?.text ?? entries.find(({ entry }) => entry === undefined)?.line;
}

/** What it wrote last since `from`: what it was at when its time was up. */
export function lastInLog(logPath: string, from: number): string | undefined {
  return entriesOf(logPath, from).findLast(({ entry }) => entry !== undefined)?.entry?.text;
}

function entriesOf(logPath: string, from: number): { readonly line: string; readonly entry: LogEntry | undefined }[] {
  const text = readFileSync(logPath).subarray(from).toString("utf8");
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => ({ line: withoutEnd(line), entry: parse(line) }));
}

interface LogEntry {
  readonly isError: boolean;
  readonly id: unknown;
  readonly text: string;
}

/** mongod's form: `{"s": severity, "id": number, "msg": text, "attr": {"error": text, number or {"errmsg": …}, "message": …}}`. */
function parse(line: string): LogEntry | undefined {
  try {
    const { s, id, msg, attr } = JSON.parse(line) as { s?: unknown; id?: unknown; msg?: unknown; attr?: Attributes };
    const error = typeof attr?.error === "object" ? attr.error?.errmsg : attr?.error;
    // Of WiredTiger the error is a number.
    const detail = typeof error === "string" ? error : innerOf(attr?.message);
    const isError = (s === "E" || s === "F") && error !== WIREDTIGER_PANIC;
    return { isError, id, text: withoutEnd(`${String(msg)}${detail ? `: ${detail}` : ""}`) };
  } catch {
    return undefined;
  }
}

/** Without the full stop and line break at its end: it becomes a part of a sentence. */
const withoutEnd = (text: string): string => text.trim().replace(/\.$/, "");

function innerOf(message: Attributes["message"]): string | undefined {
  if (typeof message !== "object") return message;
  return message?.error_str === undefined ? message?.msg : `${message.msg}: ${message.error_str}`;
}

interface Attributes {
  readonly error?: string | number | { readonly errmsg?: string } | null;
  readonly message?: string | { readonly msg?: string; readonly error_str?: string } | null;
}
