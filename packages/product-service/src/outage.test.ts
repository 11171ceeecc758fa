import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { systemClock } from "@pos/service-kit/clock";
import { testDatabase, type TestDatabase } from "@pos/testing/database";
import { eventually } from "@pos/testing/eventually";
import { testLogger } from "@pos/testing/logger";
import { type TcpProxy, tcpProxy } from "@pos/testing/tcp-proxy";
import {
  addProduct,
  codeOf,
  move,
  newId,
  reserve,
  startTestService,
  stockOf,
  type TestService,
  unbalanced,
} from "./test/product-service.ts";

// Generous: no time decides a test, and a busy machine is slow.
setDefaultTimeout(120_000);

const log = testLogger();
const clock = { ...systemClock, aheadMs: 0, now: () => systemClock.now() + clock.aheadMs };
let shared: TestDatabase;
let proxy: TcpProxy;
let service: TestService;
beforeAll(async () => {
  shared = await testDatabase("outage");
  const at = new URL(shared.uri.replace("mongodb:", "http:"));
  proxy = await tcpProxy({ target: { host: at.hostname, port: Number(at.port) } });
  const uri = `mongodb://127.0.0.1:${proxy.port}${at.pathname}?directConnection=true`;
  service = await startTestService({ shared, uri, logger: log.logger, clock });
});
afterAll(async () => {
  proxy.restore();
  await service.stop();
  await proxy.close();
  await shared.drop();
});

/** Calls until the service answers as it should again. */
async function recovered(productId: string): Promise<void> {
  await eventually(
    () => reserve(service, { [productId]: 1 }, { userId: newId() }),
    ({ status }) => status === 200,
  );
}

test("while the database is out of reach everything is 503, and it recovers by itself", async () => {
  const id = await addProduct(service, 100);
  proxy.cut();
  const headers = { "x-request-timeout-ms": "500" };
  const answers = await Promise.all([
    reserve(service, { [id]: 1 }, { headers }),
    move(service, "confirm", { orderId: newId(), rid: "0".repeat(32) }),
    service.call("GET", `/products/${id}`),
    service.call("PUT", `/products/${id}`, { body: { price: 3 } }),
    service.call("POST", `/products/${id}/stock-adjustments`, { body: { delta: 1, reason: "in" } }),
    service.call("GET", "/audit/products"),
  ]);
  for (const answer of answers) {
    expect([answer.status, codeOf(answer), answer.headers.get("retry-after")]).toEqual([
      503,
      "SERVICE_UNAVAILABLE",
      "1",
    ]);
  }
  expect((await service.call("GET", "/health")).status).toBe(503);
  proxy.restore();
  await recovered(id);
  expect(await unbalanced(service)).toEqual([]);
});

function expectCauseLogged(id: string): void {
  const line = log.entries().find(({ requestId }) => requestId === id);
  expect(line).toMatchObject({ code: "SERVICE_UNAVAILABLE", cause: expect.stringMatching(/./) });
}

test("a command of a batch has in its log line what was behind its failure, as a request of its own", async () => {
  const id = await addProduct(service, 1);
  const body = {
    commands: [{ command: "confirm", orderId: newId(), rid: "0".repeat(32), requestId: "failed-confirm" }],
  };
  proxy.cut();
  await service.call("POST", "/reservations/batch", { as: "service", body });
  proxy.restore();
  await recovered(id);
  expectCauseLogged("failed-confirm");
});

test("a hold whose time ran out has in its log line what kept it", async () => {
  const id = await addProduct(service, 10);
  await recovered(id);
  proxy.cut();
  const headers = { "x-request-id": "late-hold" };
  expect((await reserve(service, { [id]: 1 }, { headers })).status).toBe(503);
  proxy.restore();
  await recovered(id);
  expectCauseLogged("late-hold");
});

test("a hold whose answer was lost is 503, and the same call again finds it or makes it, once", async () => {
  const id = await addProduct(service, 100);
  for (let round = 0; round < 3; round++) {
    const orderId = newId();
    const userId = newId();
    const call = (milliseconds: number) =>
      reserve(service, { [id]: 10 }, { orderId, userId, headers: { "x-request-timeout-ms": String(milliseconds) } });
    const first = call(400);
    await Bun.sleep(round * 3);
    proxy.loseAnswers(true);
    expect([200, 503]).toContain((await first).status);
    proxy.loseAnswers(false);
    // What hangs on the lost answers is cut, as a socket's time-out would.
    proxy.cut();
    proxy.restore();
    let again = await call(4000);
    while (again.status === 503) again = await call(4000);
    expect(again.status).toBe(200);
    expect((await call(4000)).body["rid"]).toBe(again.body["rid"]);
    expect(await stockOf(service, id)).toBe(90 - round * 10);
  }
  expect(await unbalanced(service)).toEqual([]);
});

test("a change that a silent database holds is 503 after 4 s, and may have happened", async () => {
  const id = await addProduct(service, 10);
  const other = await addProduct(service, 10);
  proxy.loseAnswers(true);
  const calls = [
    service.call("POST", "/products", { body: { name: "Lamp", price: 3, stock: 1 } }),
    service.call("PUT", `/products/${id}`, { body: { price: 3 } }),
    service.call("POST", `/products/${id}/stock-adjustments`, { body: { delta: 1, reason: "in" } }),
    service.call("DELETE", `/products/${id}`),
  ];
  // Whatever has not arrived by then waits for 4 s by the machine's clock.
  await Bun.sleep(500);
  clock.aheadMs = 4000;
  for (const answer of await Promise.all(calls)) {
    expect([answer.status, codeOf(answer), answer.headers.get("retry-after")]).toEqual([
      503,
      "SERVICE_UNAVAILABLE",
      "1",
    ]);
    expect(JSON.stringify(answer.body)).toContain("it is unknown whether this happened");
  }
  proxy.loseAnswers(false);
  // What hangs on the lost answers is cut, as a socket's time-out would.
  proxy.cut();
  proxy.restore();
  await recovered(other);
  expect(await unbalanced(service)).toEqual([]);
});
