import { testLogger } from "@pos/testing/logger";
import { expect, test } from "bun:test";
import { createOtlpTracer } from "./otlp-tracer.ts";

test("a collector that takes no spans is told once, and so is the first that takes them again", async () => {
  const { logger, entries } = testLogger();
  let status = 404;
  let batches = 0;
  const collector = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch() {
      batches++;
      return status === 200 ? Response.json({}) : new Response(null, { status });
    },
  });
  const endpoint = `http://127.0.0.1:${collector.port}`;
  const tracer = createOtlpTracer({ endpoint, service: "kit", version: "1", logger });
  const sendOne = async () => {
    const before = batches;
    tracer.start("work", {}).end();
    while (batches === before) await Bun.sleep(10);
  };
  try {
    await sendOne();
    await sendOne();
    status = 200;
    await sendOne();
    await sendOne();
  } finally {
    await tracer.stop();
    await collector.stop(true);
  }
  expect(entries()).toMatchObject([
    { level: "warn", endpoint, reason: "Not Found", msg: "the collector takes no spans, they are dropped" },
    { level: "info", endpoint, msg: "the collector takes spans again" },
  ]);
});
