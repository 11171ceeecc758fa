import { appendFileSync, copyFileSync, mkdirSync, statSync, truncateSync } from "node:fs";
import type { StackLayout } from "./layout.ts";
import { serviceNames } from "./layout.ts";

/** A log file that has grown beyond this, in bytes, is set aside as `<file>.1`; that one is overwritten. */
export const LOG_MAX_BYTES = 20_000_000;
const CHECK_PERIOD_MS = 5000;

/** Keeps every log of a stack within twice the limit. @returns what ends it */
export function boundLogs(layout: StackLayout): () => void {
  const files = [...serviceNames, "mongod" as const, "supervisor" as const].map((name) => layout.logFile(name));
  const timer = setInterval(() => files.forEach(boundLog), CHECK_PERIOD_MS);
  return () => clearInterval(timer);
}

/**
 * Copies and empties: the writer holds the file open for appending, so it goes on at the start. What it writes between
 * the two steps is lost from the log, which is bounded first and complete second. Never throws.
 */
export function boundLog(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.size <= LOG_MAX_BYTES) return;
  unlessDiskFails(() => copyFileSync(path, `${path}.1`));
  unlessDiskFails(() => truncateSync(path));
}

/** The supervisor's own log, in the form of the services' logs. What it cannot write is lost. */
export function supervisorLog(
  layout: Pick<StackLayout, "logDir" | "logFile">,
): (level: "info" | "warn" | "error", text: string) => void {
  mkdirSync(layout.logDir, { recursive: true, mode: 0o700 });
  return (level, msg) => {
    const line = JSON.stringify({ level, time: new Date().toISOString(), service: "supervisor", msg });
    unlessDiskFails(() => appendFileSync(layout.logFile("supervisor"), `${line}\n`, { mode: 0o600 }));
  };
}

/** A full disk may cost lines of a log, never the supervisor that writes them. */
function unlessDiskFails(write: () => void): void {
  try {
    write();
  } catch {
    // There is no other place to tell it.
  }
}
