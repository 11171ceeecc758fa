import { createLogger, type Logger } from "@pos/service-kit/logger";
import { Writable } from "node:stream";

/** A logger whose lines a test reads. */
export function testLogger(service = "test"): {
  logger: Logger;
  lines(): readonly string[];
  entries(): readonly Record<string, unknown>[];
} {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(
        ...String(chunk)
          .split("\n")
          .filter((line) => line !== ""),
      );
      done();
    },
  });
  return {
    logger: createLogger({ service, level: "debug", destination }),
    lines: () => lines,
    entries: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

/** A logger for tests that do not look at the log. */
export const silentLogger: Logger = createLogger({ service: "test", level: "silent" });
