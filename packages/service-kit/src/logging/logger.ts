import pino, { type DestinationStream, type Logger as PinoLogger } from "pino";
import { currentScope, traceIdOf } from "../telemetry/scope.ts";
import { GatheredLines } from "./gathered-lines.ts";
import type { LogLevel } from "./logger-levels.ts";
import { redact, redactText } from "./redact.ts";

/** Structured log: one JSON object a line. */
export type Logger = PinoLogger;
/** Where log lines go. */
export type LogDestination = DestinationStream;

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
    // The least length is above 0, for only then does a flush wait for what is being written.
    options.destination ?? new GatheredLines(pino.destination({ dest: 1, sync: false, minLength: 1 })),
  );
}

function scopeIds(): Record<string, string | undefined> {
  const scope = currentScope();
  return scope === undefined ? {} : { requestId: scope.requestId, traceId: traceIdOf(scope.traceparent) };
}

/** What the access log says of an answered request. */
export interface AccessLine {
  readonly requestId: string;
  readonly traceId: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
}

/**
 * A way to log answered requests through a logger, which takes a fifth of the time of its own: the fields are known, and
 * only two of them can hold what a caller wrote. Logs at level `info`, like `logger.info(line, "request")`.
 */
export function accessLog(logger: Logger): (line: AccessLine) => void {
  const stream = (logger as unknown as Record<symbol, LogDestination>)[pino.symbols.streamSym];
  const { service } = logger.bindings();
  if (stream === undefined) throw new Error("the logger has no stream");
  return ({ requestId, path, ...line }) => {
    if (!logger.isLevelEnabled("info")) return;
    const head = { level: "info", time: new Date().toISOString(), service, requestId: redactText(requestId) };
    stream.write(`${JSON.stringify({ ...head, path: redactText(path), ...line, msg: "request" })}\n`);
  };
}

/** Writes buffered lines out; waits at most a second. */
export function flushLogs(logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 1000);
    logger.flush(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
