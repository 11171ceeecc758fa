import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { otlpReceiver, type ReceivedSpan } from "./otlp-receiver.ts";
import { runStack, type RunningStack } from "./running-stack.ts";

setDefaultTimeout(120_000);
const collector = otlpReceiver();
let stack: RunningStack;
beforeAll(async () => {
  stack = await runStack({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    TRACES_PER_SECOND: "1000",
    REAPER_AGE_MS: "100",
    REAPER_PERIOD_MS: "50",
  });
});
afterAll(async () => {
  await stack.stop();
  await collector.stop();
  expect(collector.refused()).toEqual([]);
});

const newTraceparent = (flags: "00" | "01") =>
  `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-${flags}`;
const traceIdOf = (traceparent: string) => traceparent.slice(3, 35);

/** The spans of a trace once they are as a test wants them; they are sent once a second. */
async function spansOf(traceId: string, isComplete: (spans: readonly ReceivedSpan[]) => boolean) {
  for (let tries = 0; tries < 200; tries++) {
    const spans = collector.spans().filter((span) => span.traceId === traceId);
    if (isComplete(spans)) return spans;
    await Bun.sleep(50);
  }
  const names = collector.spans().filter((span) => span.traceId === traceId);
  throw new Error(`the trace is incomplete: ${JSON.stringify(names.map(({ service, name }) => [service, name]))}`);
}

const product = (stock: number) => stack.admin.products.create({ name: "Thing", description: "", price: 1, stock });

function place(productId: string, traceparent: string, quantity = 1) {
  const headers = { "content-type": "application/json", authorization: `Bearer ${stack.adminToken}`, traceparent };
  const body = JSON.stringify({ userId: stack.adminId, items: [{ productId, quantity }] });
  return fetch(`${stack.services.order.url}/orders`, { method: "POST", headers, body });
}

const shown = ({ service, name }: ReceivedSpan) => `${service}: ${name}`;
const confirmed = (spans: readonly ReceivedSpan[]) =>
  spans.some((span) => shown(span) === "order-service: confirm") &&
  spans.some((span) => shown(span) === "product-service: confirm stock");

describe("traces", () => {
  test("one order is one trace over the three services and their database calls, its delivery included", async () => {
    const { id } = await product(10);
    const traceparent = newTraceparent("01");
    expect((await place(id, traceparent)).status).toBe(201);
    const spans = await spansOf(traceIdOf(traceparent), confirmed);
    const names = spans.map(shown);
    expect(names).toContain("order-service: POST /orders");
    expect(names).toContain("order-service: insert orders");
    expect(names).toContain("user-service: POST /users/lookup");
    expect(names).toContain("user-service: find users");
    expect(names).toContain("product-service: POST /reservations/batch");
    expect(names).toContain("product-service: reserve stock");
    expect(names).toContain("product-service: group commit");
    expect(names).toContain("product-service: update products");
    expect(names).toContain("product-service: insert reservations");
    expect(names).toContain("product-service: commitTransaction");
    expect(names).toContain("order-service: confirm");
    expect(names).toContain("product-service: update reservations");
    const ids = new Map(spans.map((span) => [span.spanId, span]));
    const [root, ...orphans] = spans.filter(({ parentSpanId }) => !ids.has(parentSpanId ?? ""));
    expect({ root: root?.name, parent: root?.parentSpanId }).toEqual({
      root: "POST /orders",
      parent: traceparent.slice(36, 52),
    });
    expect(orphans.map(shown)).toEqual([]);
    const parentOf = (name: string) => {
      const parent = ids.get(spans.find((span) => span.name === name)?.parentSpanId ?? "");
      return parent === undefined ? undefined : `${parent.kind} ${parent.service}`;
    };
    expect(parentOf("POST /reservations/batch")).toBe("client order-service");
    expect(parentOf("POST /users/lookup")).toBe("client order-service");
    expect(parentOf("confirm")).toBe("server order-service");
  });

  test("a cancellation is one trace, the delivery of its message included", async () => {
    const { id } = await product(10);
    const items = [{ productId: id, quantity: 1 }];
    const { order } = await stack.admin.orders.place({ userId: stack.adminId, items });
    const traceparent = newTraceparent("01");
    const headers = { "content-type": "application/json", authorization: `Bearer ${stack.adminToken}`, traceparent };
    const body = JSON.stringify({ status: "cancelled" });
    const answer = await fetch(`${stack.services.order.url}/orders/${order.id}/status`, {
      method: "PUT",
      headers,
      body,
    });
    expect(answer.status).toBe(200);
    const ends = ["order-service: drop outbox entries", "product-service: release stock"];
    const spans = await spansOf(traceIdOf(traceparent), (found) => ends.every((end) => found.map(shown).includes(end)));
    expect(spans.map(shown)).toContain("order-service: outbox release");
  });

  test("orders that shared a batch link to it, and each keeps a trace of its own", async () => {
    const { id } = await product(1000);
    const traceparents = Array.from({ length: 20 }, () => newTraceparent("01"));
    const answers = await Promise.all(traceparents.map((traceparent) => place(id, traceparent)));
    expect(answers.map(({ status }) => status)).toEqual(traceparents.map(() => 201));
    let shared = 0;
    for (const traceparent of traceparents) {
      const commit = (span: ReceivedSpan) => span.service === "product-service" && span.name.startsWith("group commit");
      const spans = await spansOf(traceIdOf(traceparent), (found) => found.some(commit));
      const own = spans.find(commit);
      if (own?.name !== "group commit (shared)") continue;
      shared++;
      const [link] = own.links;
      const whole = collector.spans().find((span) => span.spanId === link?.spanId);
      expect({ name: whole?.name, linksBack: whole?.links.some(({ traceId }) => traceId === own.traceId) }).toEqual({
        name: "group commit",
        linksBack: true,
      });
    }
    expect(shared).toBeGreaterThan(0);
  });

  test("a failed order shows where it failed", async () => {
    const { id } = await product(1);
    const traceparent = newTraceparent("01");
    expect((await place(id, traceparent, 2)).status).toBe(409);
    const ends = ["order-service: POST /orders", "product-service: reserve stock"];
    const spans = await spansOf(traceIdOf(traceparent), (found) => ends.every((end) => found.map(shown).includes(end)));
    const attributesOf = (name: string) => spans.find((span) => shown(span) === name)?.attributes;
    expect(attributesOf("order-service: POST /orders")).toMatchObject({ "http.response.status_code": 409 });
    expect(attributesOf("product-service: reserve stock")).toMatchObject({ "error.type": "INSUFFICIENT_STOCK" });
  });

  test("the reaper works in the trace of the order that was never finished", async () => {
    const { id } = await product(5);
    const traceparent = newTraceparent("01");
    const orderId = randomBytes(12).toString("hex");
    const answer = await fetch(`${stack.services.product.url}/reservations/${orderId}`, {
      method: "PUT",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${await stack.serviceToken()}`,
        traceparent,
      },
      body: JSON.stringify({
        userId: stack.adminId,
        fingerprint: "a".repeat(64),
        items: [{ productId: id, quantity: 1 }],
      }),
    });
    expect(answer.status).toBe(200);
    const traceId = traceIdOf(traceparent);
    const spans = await spansOf(traceId, (found) => found.some(({ name }) => name === "reap"));
    expect(spans.map(shown)).toContain("order-service: reap");
    const line = stack.services.order.log().find((entry) => entry["msg"] === "reaped" && entry["orderId"] === orderId);
    expect(line).toMatchObject({ reaping: "released", traceId });
  });

  test("a trace that its caller does not record is not recorded here either, and its log lines carry its id", async () => {
    const { id } = await product(5);
    const traceparent = newTraceparent("00");
    const answer = await place(id, traceparent);
    expect(answer.status).toBe(201);
    const recorded = newTraceparent("01");
    await place(id, recorded);
    await spansOf(traceIdOf(recorded), confirmed);
    expect(collector.spans().filter(({ traceId }) => traceId === traceIdOf(traceparent))).toEqual([]);
    const requestId = answer.headers.get("x-request-id");
    for (const service of ["user", "product", "order"] as const) {
      const lines = stack.services[service].log().filter((entry) => entry["traceId"] === traceIdOf(traceparent));
      expect([service, lines.some((entry) => entry["requestId"] === requestId)]).toEqual([service, true]);
    }
  });
});

/** How many modules of OpenTelemetry a fresh process has loaded. */
async function loadedModules(endpoint: string): Promise<number> {
  const script = `
    const { openTelemetry } = await import("@pos/service-kit/telemetry");
    const otlpEndpoint = process.env.ENDPOINT || undefined;
    await openTelemetry({ name: "x" }, { otlpEndpoint, tracesPerSecond: 1 }, console);
    console.log(Object.keys(require.cache).filter((path) => path.includes("@opentelemetry")).length);
    process.exit(0);`;
  const process_ = Bun.spawn([process.execPath, "-e", script], {
    cwd: import.meta.dir,
    env: { ...process.env, ENDPOINT: endpoint },
  });
  return Number(await new Response(process_.stdout).text());
}

describe("without a collector", () => {
  test("nothing of OpenTelemetry is loaded", async () => {
    expect(await loadedModules("http://127.0.0.1:1")).toBeGreaterThan(0);
    expect(await loadedModules("")).toBe(0);
  });

  test("that answers, orders are placed all the same", async () => {
    const alone = await runStack({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" });
    try {
      const { id } = await alone.admin.products.create({ name: "Thing", description: "", price: 1, stock: 1 });
      const items = [{ productId: id, quantity: 1 }];
      expect((await alone.admin.orders.place({ userId: alone.adminId, items })).order.status).toBe("pending");
    } finally {
      await alone.stop();
    }
  });
});
