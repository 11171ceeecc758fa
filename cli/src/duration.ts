import { beginsWithDay } from "@pos/contracts/primitives";
import { usageError } from "./errors.ts";

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Milliseconds of a duration such as `500ms`, `30s`, `5m`, `2h`, `1d`; a bare number means seconds.
 * @throws {CliError} USAGE
 */
export function parseDuration(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)?$/.exec(text.trim());
  const unit = units[match?.[2] ?? "s"];
  if (match === null || unit === undefined)
    throw usageError(`"${text}" is not a duration; write 500ms, 30s, 5m, 2h or 1d.`);
  return Math.round(Number(match[1]) * unit);
}

const instantForm = /^\d{4}-\d{2}-\d{2}(T([01]\d|2[0-3]):\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?$/i;

/**
 * A point in time: a duration means so long ago, else an RFC 3339 date or time.
 * @throws {CliError} USAGE
 */
export function parsePointInTime(text: string, nowMs: number): Date {
  const isAgo = /^\d+(\.\d+)?(ms|s|m|h|d)$/.test(text);
  const date = new Date(isAgo ? nowMs - parseDuration(text) : text);
  // So long ago that it is no date any more is none, either.
  if (Number.isNaN(date.getTime()) || !(isAgo || (instantForm.test(text) && beginsWithDay(text))))
    throw usageError(
      `"${text}" is neither a duration such as 2h nor a date such as 2026-01-31 or 2026-01-31T12:00:00Z.`,
    );
  return date;
}
