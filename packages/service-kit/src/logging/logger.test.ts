import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createLogger, flatLog } from "./logger.ts";

const line = {
  requestId: "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.sig",
  traceId: "0af7651916cd43dd8448eb211c80319c",
  method: "GET",
  path: '/products/"mongodb://user:secret@host"',
  route: "/products/:id",
  status: 200,
  durationMs: 1.25,
};

function recorded(level: "info" | "warn" = "info") {
  const lines: string[] = [];
  const logger = createLogger({ service: "kit", level, destination: { write: (text) => lines.push(text) } });
  return { logger, lines };
}

const parsed = (text: string | undefined): Record<string, unknown> => {
  const { time, ...fields } = JSON.parse(text ?? "") as Record<string, unknown>;
  expect(new Date(String(time)).toISOString()).toBe(String(time));
  return fields;
};

test("a flat line is the line that the logger itself would write, secrets cut out", () => {
  const { logger, lines } = recorded();
  flatLog(logger, "request")(line);
  logger.info(line, "request");
  expect(lines.map((text) => text.endsWith("}\n"))).toEqual([true, true]);
  expect(parsed(lines[0])).toEqual(parsed(lines[1]));
  expect(lines[0]).not.toContain("secret");
  expect(lines[0]).not.toContain("eyJ");
});

test("a flat line is left out where the level leaves it out", () => {
  const { logger, lines } = recorded("warn");
  flatLog(logger, "request")(line);
  expect(lines).toEqual([]);
});

test.skipIf(!existsSync("/dev/full"))("a full disk ends no service, and keeps none from ending", async () => {
  const program = `
    const { createLogger, flushLogs } = await import(${JSON.stringify(join(import.meta.dir, "logger.ts"))});
    const logger = createLogger({ service: "kit", level: "info" });
    for (let number = 0; number < 3; number++) {
      logger.error("there is no room for this");
      await Bun.sleep(50);
    }
    await flushLogs(logger);
    console.error("still here");
    process.exit(0);`;
  const child = Bun.spawn([process.execPath, "-e", program], {
    stdout: Bun.file("/dev/full"),
    stderr: "pipe",
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  expect([await child.stderr.text(), await child.exited]).toEqual(["still here\n", 0]);
});
