import pino, { type DestinationStream, type Logger as PinoLogger } from "pino";
import { currentScope, traceIdOf } from "../telemetry/scope.ts";
import type { LogLevel } from "./logger-levels.ts";
import { redact } from "./redact.ts";

/** Structured log: one JSON object a line. */
export type Logger = PinoLogger;
/** Where log lines go. */
export type LogDestination = DestinationStream;

/** Below the 16 KiB that one write takes at most. */
const BUFFER_BYTES = 12 * 1024;

/**
 * A logger that writes JSON lines with time, level, service and msg, secrets cut out, and within a request or a task its
 * requestId and traceId. Lines are buffered (12 KiB or one second) off the hot path; `flushLogs` writes what is left.
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
    options.destination ?? pino.destination({ dest: 1, sync: false, minLength: BUFFER_BYTES, periodicFlush: 1000 }),
  );
}

function scopeIds(): Record<string, string | undefined> {
  const scope = currentScope();
  return scope === undefined ? {} : { requestId: scope.requestId, traceId: traceIdOf(scope.traceparent) };
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
