import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Metrics } from "@pos/service-kit/metrics";
import { ObjectId } from "mongodb";
import { eventually } from "../eventually.ts";
import { runStack, type RunningStack } from "./running-stack.ts";

setDefaultTimeout(120_000);
const names = ["user", "product", "order"] as const;
const hasPromtool = Bun.which("promtool") !== null;
if (!hasPromtool) console.log("promtool is missing, its checks are left out: apt-get install prometheus");
let stack: RunningStack;
beforeAll(async () => {
  stack = await runStack({ METRICS_HOST: "127.0.0.1:0" });
});
afterAll(() => stack.stop());

const read = async (service: (typeof names)[number]) =>
  (await fetch(`http://127.0.0.1:${stack.services[service].metricsPort}/metrics`)).text();

/** The value of one series; 0 when there is none. */
async function valueOf(service: (typeof names)[number], series: string): Promise<number> {
  const line = (await read(service)).split("\n").find((each) => each.startsWith(`${series} `));
  return line === undefined ? 0 : Number(line.slice(series.length + 1));
}

describe.each(names)("measurements of %s-service", (service) => {
  test("are open on METRICS_HOST and for administrators alone on the service's port", async () => {
    const { url, metricsPort } = stack.services[service];
    const open = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
    expect([open.status, open.headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
    expect((await fetch(`http://127.0.0.1:${metricsPort}/health`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`)).status).toBe(401);
    const signedIn = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${stack.adminToken}` } });
    expect(signedIn.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(await signedIn.text()).toContain("http_server_request_duration_seconds_bucket");
  });

  test.skipIf(!hasPromtool)("pass promtool", async () => {
    const checked = Bun.spawn(["promtool", "check", "metrics"], {
      stdin: new Blob([await read(service)]),
      stdout: "pipe",
      stderr: "pipe",
    });
    const said = (await new Response(checked.stdout).text()) + (await new Response(checked.stderr).text());
    expect({ said, code: await checked.exited }).toEqual({ said: "", code: 0 });
  });

  test("have no series for what callers make up", async () => {
    const { url } = stack.services[service];
    await fetch(`${url}/nowhere`, { method: "PATCH" });
    const seriesOf = async () =>
      (await read(service)).split("\n").filter((line) => /_count\{.*route=/.test(line)).length;
    const before = await seriesOf();
    for (let number = 0; number < 50; number++) {
      await fetch(`${url}/nowhere/${number}`, { method: "PATCH" });
      await fetch(`${url}/nowhere`, { method: `M${number}` });
    }
    expect(await seriesOf()).toBe(before + 1);
  });

  test("tell the connections to the database", async () => {
    expect(await valueOf(service, 'mongodb_pool_connections{state="idle"}')).toBeGreaterThan(0);
    expect(await valueOf(service, 'mongodb_pool_connections{state="in_use"}')).toBeLessThan(20);
    expect(await valueOf(service, "mongodb_pool_waiting")).toBe(0);
    expect(await valueOf(service, "mongodb_pool_wait_seconds_count")).toBeGreaterThan(0);
  });
});

test("a request is counted under its route's pattern, the prefixed path too", async () => {
  const series = 'http_server_request_duration_seconds_count{method="GET",route="/products/:id",status="404"}';
  const before = await valueOf("product", series);
  const { url } = stack.services.product;
  await fetch(`${url}/products/${"a".repeat(24)}`);
  await fetch(`${url}/api/v1/products/${"b".repeat(24)}`);
  expect(await valueOf("product", series)).toBe(before + 2);
});

test("placements are counted by outcome, and refusals for want of stock", async () => {
  const count = (outcome: string) => valueOf("order", `order_placements_total{outcome="${outcome}"}`);
  const refused = () => valueOf("product", 'reservations_total{outcome="insufficient_stock"}');
  const words = ["placed", "replayed", "insufficient_stock", "unknown_product", "unknown_user"];
  const before = [...(await Promise.all(words.map(count))), await refused()];
  const { id } = await stack.admin.products.create({ name: "Thing", description: "", price: 1, stock: 2 });
  const place = (productId: string, quantity: number, more: { userId?: string; idempotencyKey?: string } = {}) => {
    const { userId = stack.adminId, ...options } = more;
    return stack.admin.orders.place({ userId, items: [{ productId, quantity }] }, options).catch(() => undefined);
  };
  await place(id, 1, { idempotencyKey: "key" });
  await place(id, 1, { idempotencyKey: "key" });
  await place(id, 2);
  await place("c".repeat(24), 1);
  await place(id, 1, { userId: "d".repeat(24) });
  const after = [...(await Promise.all(words.map(count))), await refused()];
  expect(after.map((value, index) => value - (before[index] ?? 0))).toEqual([1, 1, 1, 1, 1, 1]);
  expect(await valueOf("order", "order_placement_seconds_count")).toBeGreaterThanOrEqual(5);
  expect(await valueOf("order", "order_insert_batch_size_count")).toBeGreaterThan(0);
  expect(await valueOf("product", "group_commit_batch_size_count")).toBeGreaterThan(0);
  expect(await valueOf("product", "group_commit_flush_seconds_count")).toBeGreaterThan(0);
  expect(await valueOf("product", 'group_commit_attempts_total{result="done"}')).toBeGreaterThan(0);
});

test("confirms and deliveries are counted, and what the outbox holds is looked at now and then", async () => {
  const { id } = await stack.admin.products.create({ name: "Thing", description: "", price: 1, stock: 2 });
  const { order } = await stack.admin.orders.place({
    userId: stack.adminId,
    items: [{ productId: id, quantity: 1 }],
  });
  await stack.admin.orders.setStatus(order.id, { status: "cancelled" });
  const counted = async () => [
    await valueOf("order", 'order_confirmations_total{outcome="confirmed"}'),
    await valueOf("order", 'outbox_deliveries_total{kind="release",outcome="delivered"}'),
  ];
  await eventually(counted, (counts) => !counts.includes(0));
  const orders = stack.databases.order.database.db.collection("orders");
  const entry = {
    id: "e",
    kind: "confirm",
    rid: "r",
    tries: 20,
    unanswered: 0,
    createdAt: new Date(Date.now() - 60_000),
  };
  await orders.insertOne({
    status: "void",
    outbox: [
      { ...entry, state: "dead", nextAt: new Date() },
      { ...entry, id: "f", state: "pending", nextAt: new Date(Date.now() + 3_600_000) },
    ],
  });
  await eventually(
    () => valueOf("order", "outbox_dead_letters"),
    (count) => count === 1,
  );
  expect(await valueOf("order", "outbox_pending")).toBe(1);
  expect(await valueOf("order", "outbox_oldest_seconds")).toBeGreaterThan(59);
});

test("what should never be is counted where it is seen, for the alert that pages somebody", async () => {
  const violations = () =>
    Promise.all((["product", "order"] as const).map((service) => valueOf(service, "invariant_violations_total")));
  const before = await violations();
  const { id } = await stack.admin.products.create({ name: "Thing", description: "", price: 1, stock: 2 });
  const { order } = await stack.admin.orders.place({
    userId: stack.adminId,
    items: [{ productId: id, quantity: 1 }],
  });
  const at = new Date();
  const foreign = { id: "foreign", kind: "release", rid: "f".repeat(32), state: "pending", tries: 0, unanswered: 0 };
  await stack.databases.order.database.db
    .collection("orders")
    .updateOne(
      { _id: ObjectId.createFromHexString(order.id) },
      { $push: { outbox: { ...foreign, createdAt: at, nextAt: at } as never } },
    );
  await eventually(async () => (await violations()).every((count, index) => count === (before[index] ?? 0) + 1));
});

test("1,000 series are read in 5 ms (bound: 50)", async () => {
  const metrics = new Metrics({ service: "x", version: "0" });
  for (let route = 0; route < 72; route++) {
    metrics.observeRequest({ method: "GET", route: `/r${route}`, status: 200, durationSeconds: 0.01 });
  }
  const times: number[] = [];
  for (let round = 0; round < 20; round++) {
    const startedAtMs = performance.now();
    const text = metrics.read();
    times.push(performance.now() - startedAtMs);
    expect(text.split("\n").filter((line) => !line.startsWith("#")).length).toBeGreaterThanOrEqual(1000);
  }
  const median = times.sort((a, b) => a - b)[10] ?? 0;
  console.log(`    1,000 series in ${median.toFixed(2)} ms (median of 20)`);
  expect(median).toBeLessThan(50);
});
