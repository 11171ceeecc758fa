import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { systemClock } from "@pos/service-kit/clock";
import { write } from "@pos/service-kit/command-runner";
import { connectDatabase } from "@pos/service-kit/database";
import { DirectCommands } from "@pos/service-kit/direct-commands";
import { DirectSession } from "@pos/service-kit/direct-session";
import { testDatabase, type TestDatabase } from "@pos/testing/database";
import { silentLogger } from "@pos/testing/logger";
import { type CommitProxy, commitProxy } from "./test/commit-proxy.ts";
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
import { attemptTransaction } from "./transaction.ts";

// Generous: no time decides a test, and a busy machine is slow.
setDefaultTimeout(120_000);

let shared: TestDatabase;
let proxy: CommitProxy;
let uri: string;
let service: TestService;
beforeAll(async () => {
  shared = await testDatabase("commits");
  const at = new URL(shared.uri.replace("mongodb:", "http:"));
  proxy = await commitProxy({ host: at.hostname, port: Number(at.port) });
  uri = `mongodb://127.0.0.1:${proxy.port}${at.pathname}?directConnection=true`;
  service = await startTestService({ shared, uri });
});
afterAll(async () => {
  proxy.lose(0);
  await service.stop();
  await proxy.close();
  await shared.drop();
});

test.each([1, 2, 3, 4])("a batch whose commit lost its answer %d times in a row is committed once", async (times) => {
  const id = await addProduct(service, 100);
  const before = proxy.lost();
  proxy.lose(times);
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => reserve(service, { [id]: 2 }, { userId: newId() })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(proxy.lost() - before).toBe(times);
  expect(await stockOf(service, id)).toBe(80);
  const released = { orderId: answers[0]?.body["orderId"], rid: answers[0]?.body["rid"] };
  proxy.lose(times);
  expect((await move(service, "release", released)).body["state"]).toBe("released");
  expect(await stockOf(service, id)).toBe(82);
});

test("when no answer comes before the deadline it is 503, and the same call later finds the one hold", async () => {
  const id = await addProduct(service, 100);
  const orderId = newId();
  proxy.lose(1_000_000);
  const lost = await reserve(service, { [id]: 5 }, { orderId, headers: { "x-request-timeout-ms": "400" } });
  expect([lost.status, codeOf(lost)]).toEqual([503, "SERVICE_UNAVAILABLE"]);
  proxy.lose(0);
  let again = await reserve(service, { [id]: 5 }, { orderId });
  while (again.status === 503) again = await reserve(service, { [id]: 5 }, { orderId });
  expect([again.status, again.body["state"]]).toEqual([200, "held"]);
  expect(await stockOf(service, id)).toBe(95);
});

test("an adjustment whose commit lost its answer counts once", async () => {
  const id = await addProduct(service, 100);
  const adjust = () =>
    service.call("POST", `/products/${id}/stock-adjustments`, {
      body: { delta: 5, reason: "in" },
      headers: { "idempotency-key": `${id}-lost` },
    });
  proxy.lose(3);
  expect((await adjust()).status).toBe(200);
  expect(await stockOf(service, id)).toBe(105);
  proxy.lose(1_000_000);
  const taken = service.call("POST", `/products/${id}/stock-adjustments`, {
    body: { delta: 7, reason: "in" },
    headers: { "idempotency-key": `${id}-unknown` },
  });
  const unknown = await taken;
  expect([unknown.status, codeOf(unknown)]).toEqual([503, "SERVICE_UNAVAILABLE"]);
  proxy.lose(0);
  const again = await service.call("POST", `/products/${id}/stock-adjustments`, {
    body: { delta: 7, reason: "in" },
    headers: { "idempotency-key": `${id}-unknown` },
  });
  expect(again.status).toBe(200);
  expect(await stockOf(service, id)).toBe(112);
  expect(await unbalanced(service)).toEqual([]);
});

test("a transaction whose commit has no answer until its deadline is neither done nor failed", async () => {
  await shared.database.db.createCollection("deliveries");
  const database = await connectDatabase(uri, { clock: systemClock, logger: silentLogger });
  try {
    const session = new DirectSession(new DirectCommands(database.db));
    const work = async () => {
      await write(session, { insert: "deliveries", documents: [{ units: 7 }] });
      return { value: "booked", isCommitted: true };
    };
    proxy.lose(1_000_000);
    const limits = { deadlineAtMs: systemClock.now() + 400, clock: systemClock };
    expect((await attemptTransaction(session, work, limits)).kind).toBe("unknown");
  } finally {
    proxy.lose(0);
    await database.close();
  }
});
