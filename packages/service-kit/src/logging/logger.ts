import { SHUTDOWN_MAX_MS } from "@pos/contracts/limits";
import pino, { type DestinationStream, type Logger as PinoLogger } from "pino";
import { currentScope, traceIdOf } from "../telemetry/scope.ts";
import { GatheredLines } from "./gathered-lines.ts";
import type { LogLevel } from "./logger-levels.ts";
import { redact, redactText } from "./redact.ts";

/** Structured log: one JSON object a line. */
export type Logger = PinoLogger;
/** Where log lines go. */
export type LogDestination = DestinationStream;

/** Lines that wait to be written. */
const WAITING_MAX_BYTES = 16 * 1024 * 1024;

/**
 * A logger that writes JSON lines with time, level, service and msg, secrets cut out, and within a request or a task its
 * requestId and traceId. Lines are gathered off the hot path (12 KiB or one second, errors at once); `flushLogs` writes
 * what is left.
 * @param destination where the lines go; standard output when absent
 */
export function createLogger(options: { service: string; level: LogLevel; destination?: LogDestination }): Logger {
  return pino(
    {
      level: options.level,
      base: { service: options.service },
      mixin: scopeIds,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redact(fields) as Record<string, unknown>,
      },
      serializers: { err: (error: unknown) => error },
    },
    options.destination ?? new GatheredLines(standardOutput()),
  );
}

/**
 * Standard output. While it takes nothing, such as a file on a full disk, the service goes on: lines wait, and beyond
 * 16 MiB they are dropped.
 */
function standardOutput(): ReturnType<typeof pino.destination> {
  // The least length is above 0, for only then does a flush wait for what is being written.
  const output = pino.destination({ dest: 1, sync: false, minLength: 1, maxLength: WAITING_MAX_BYTES });
  output.on("error", () => {
    // The exit would wait in it for as long as the disk is full.
    output.flushSync = () => undefined;
  });
  return output;
}

function scopeIds(): Record<string, string | undefined> {
  const scope = currentScope();
  return scope === undefined ? {} : { requestId: scope.requestId, traceId: traceIdOf(scope.traceparent) };
}

/** Fields of a line whose names are all known where it is written, and none of them a secret's. */
export type FlatFields = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * A way to log lines of one kind at level `info`, for what happens with every request: it writes what
 * `logger.info(fields, message)` would, in a fifth of the time. Secrets are cut out of the values; the scope's ids are
 * given like other fields.
 */
export function flatLog(logger: Logger, message: string): (fields: FlatFields) => void {
  const stream = (logger as unknown as Record<symbol, LogDestination>)[pino.symbols.streamSym];
  const { service } = logger.bindings();
  if (stream === undefined) throw new Error("the logger has no stream");
  return (fields) => {
    if (!logger.isLevelEnabled("info")) return;
    const line: Record<string, unknown> = { level: "info", time: new Date().toISOString(), service };
    for (const name in fields) {
      const value = fields[name];
      line[name] = typeof value === "string" ? redactText(value) : value;
    }
    line["msg"] = message;
    stream.write(`${JSON.stringify(line)}\n`);
  };
}

/** Writes buffered lines out; waits at most a second. */
export function flushLogs(logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, SHUTDOWN_MAX_MS.logs);
    logger.flush(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
