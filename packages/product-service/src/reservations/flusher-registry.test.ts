import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { testDatabase, type TestDatabase } from "@pos/testing/database";
import { eventually } from "@pos/testing/eventually";
import { testLogger } from "@pos/testing/logger";
import { commitProxy } from "../test/commit-proxy.ts";
import { serviceProcess } from "../test/process.ts";
import { addProduct, reserve, startTestService, stockOf, type TestService } from "../test/product-service.ts";

// Generous: no time decides a test, and a busy machine is slow.
setDefaultTimeout(120_000);

const script = new URL("../test/hold-open.ts", import.meta.url).pathname;

let shared: TestDatabase;
let service: TestService;
const log = testLogger("product-service");
beforeAll(async () => {
  shared = await testDatabase("flushers");
  service = await startTestService({ shared, logger: log.logger });
  // So that it is not the database's own limit that frees the product.
  await setLifetime(60);
});
afterAll(async () => {
  await setLifetime(3);
  await service.stop();
  await shared.drop();
});

const setLifetime = (seconds: number) =>
  shared.database.client.db("admin").command({ setParameter: 1, transactionLifetimeLimitSeconds: seconds });

/** A process that writes a batch on the product and is killed before it commits. */
async function killInsideTransaction(productId: string): Promise<void> {
  const child = Bun.spawn(["bun", script, shared.uri, productId], { stdout: "pipe", stderr: "inherit" });
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  expect(new TextDecoder().decode(value)).toContain("open");
  child.kill("SIGKILL");
  await child.exited;
}

/** Long before the database's own limit would let go of the product. */
async function expectSoldSoon(id: string, killedAt: number): Promise<void> {
  let status = 503;
  while (status === 503) status = (await reserve(service, { [id]: 1 })).status;
  const frozenMs = performance.now() - killedAt;
  console.log(`frozen for ${Math.round(frozenMs)} ms`);
  expect(status).toBe(200);
  expect(frozenMs).toBeLessThan(50_000);
}

test("a product is sold again within 5 s after a process was killed inside its transaction", async () => {
  const id = await addProduct(service, 10);
  await killInsideTransaction(id);
  const killedAt = performance.now();
  const frozen = await reserve(service, { [id]: 1 }, { headers: { "x-request-timeout-ms": "300" } });
  expect(frozen.status).toBe(503);
  await expectSoldSoon(id, killedAt);
  // Of the killed batch nothing is left.
  expect(await stockOf(service, id)).toBe(9);
  expect(log.entries().map(({ msg }) => msg)).toContain("ended the transaction of a process that is gone");
  const left = await shared.database.db.collection("flushers").find().toArray();
  expect(left).toHaveLength(1);
});

test("a product is sold again after a process was killed in the middle of an adjustment", async () => {
  const at = new URL(shared.uri.replace("mongodb:", "http:"));
  const proxy = await commitProxy({ host: at.hostname, port: Number(at.port) });
  const victim = await serviceProcess(`mongodb://127.0.0.1:${proxy.port}${at.pathname}?directConnection=true`);
  await victim.start();
  await eventually(async () => (await shared.database.db.collection("flushers").countDocuments()) === 2);
  const id = await addProduct(service, 10);
  const withheld = proxy.withhold();
  const body = { delta: 5, reason: "in" };
  const adjusted = victim.call("POST", `/products/${id}/stock-adjustments`, { body }).catch(() => undefined);
  await withheld;
  await victim.close();
  const killedAt = performance.now();
  await adjusted;
  await expectSoldSoon(id, killedAt);
  expect(await stockOf(service, id)).toBe(9);
  await proxy.close();
});

test("a process that stops in good order leaves no entry, and one that lives keeps its own", async () => {
  const other = await startTestService({ shared });
  const flushers = shared.database.db.collection("flushers");
  await eventually(async () => (await flushers.countDocuments()) === 2);
  await other.stop();
  expect(await flushers.countDocuments()).toBe(1);
  const [before] = await flushers.find().toArray();
  const later = { _id: before!._id, heartbeatAt: { $gt: before?.["heartbeatAt"] as Date } };
  await eventually(async () => (await flushers.findOne(later)) !== null);
  expect(await flushers.countDocuments()).toBe(1);
});
