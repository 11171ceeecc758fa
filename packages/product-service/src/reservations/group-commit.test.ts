import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "@pos/testing/eventually";
import { ObjectId } from "mongodb";
import {
  addProduct,
  type Answer,
  codeOf,
  move,
  newId,
  reservationOf,
  reserve,
  startTestService,
  stockOf,
  type TestService,
  type TestServiceOptions,
  unbalanced,
} from "../test/product-service.ts";

// Generous: no time decides a test, and a busy machine is slow.
setDefaultTimeout(120_000);

let service: TestService;
const start = async (options: TestServiceOptions = {}) => (service = await startTestService(options));
afterEach(() => service.stop());

/** A writer outside the service that holds a product in an open transaction until `free` is called. */
async function freeze(productId: string): Promise<{ free(): Promise<void> }> {
  const session = service.database.client.startSession();
  session.startTransaction();
  await service.database.db
    .collection("products")
    .updateOne({ _id: new ObjectId(productId) }, { $set: { note: "frozen" } }, { session });
  return {
    async free() {
      await session.abortTransaction();
      await session.endSession();
    },
  };
}

const timeout = (milliseconds: number) => ({ headers: { "x-request-timeout-ms": String(milliseconds) } });

test("a job whose deadline passes is 503, and nothing of it is kept", async () => {
  await start();
  const id = await addProduct(service, 10);
  const frozen = await freeze(id);
  const impatient = reserve(service, { [id]: 1 }, timeout(300));
  const patient = reserve(service, { [id]: 2 }, timeout(4000));
  const late = await impatient;
  await frozen.free();
  const done = await patient;
  expect([late.status, codeOf(late), late.headers.get("retry-after")]).toEqual([503, "SERVICE_UNAVAILABLE", "1"]);
  expect(done.status).toBe(200);
  expect(await stockOf(service, id)).toBe(8);
  expect(await service.database.db.collection("reservations").countDocuments()).toBe(1);
});

test("a deadline counts from the beginning of the request and never exceeds 4 s", async () => {
  await start();
  const id = await addProduct(service, 10);
  expect((await reserve(service, { [id]: 1 }, timeout(0))).status).toBe(503);
  // So that it is not the database's own limit that ends the wait.
  const admin = service.database.client.db("admin");
  await admin.command({ setParameter: 1, transactionLifetimeLimitSeconds: 60 });
  const frozen = await freeze(id);
  try {
    const late = await reserve(service, { [id]: 1 }, timeout(60_000));
    expect([late.status, codeOf(late)]).toEqual([503, "SERVICE_UNAVAILABLE"]);
  } finally {
    await frozen.free();
    await admin.command({ setParameter: 1, transactionLifetimeLimitSeconds: 3 });
  }
});

test("a full queue is 503 with Retry-After at once, and what was accepted is done", async () => {
  await start({ reservationLimits: { queueMax: 3, batchMax: 1 } });
  const id = await addProduct(service, 100);
  const frozen = await freeze(id);
  const answers: Answer[] = [];
  const calls = Array.from({ length: 10 }, async () => {
    answers.push(await reserve(service, { [id]: 1 }, { userId: newId() }));
  });
  // One in flight and three waiting; whoever arrived after a place is free again would be accepted.
  await eventually(() => answers.length === 6);
  for (const refused of answers) {
    expect([refused.status, codeOf(refused), refused.headers.get("retry-after")]).toEqual([
      503,
      "SERVICE_UNAVAILABLE",
      "1",
    ]);
  }
  await frozen.free();
  await Promise.all(calls);
  expect(answers.slice(6).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(await stockOf(service, id)).toBe(96);
});

test("a job that the database refuses fails alone", async () => {
  await start();
  const id = await addProduct(service, 1000);
  const poison = reservationOf({ [id]: 7 });
  await service.database.db.command({
    collMod: "reservations",
    validator: { fingerprint: { $ne: poison.fingerprint } },
  });
  const frozen = await freeze(id);
  const good = Array.from({ length: 60 }, () => reserve(service, { [id]: 1 }, { userId: newId() }));
  const bad = service.call("PUT", `/reservations/${newId()}`, { as: "service", body: poison });
  const more = Array.from({ length: 60 }, () => reserve(service, { [id]: 1 }, { userId: newId() }));
  await Bun.sleep(200);
  await frozen.free();
  expect(new Set((await Promise.all([...good, ...more])).map(({ status }) => status))).toEqual(new Set([200]));
  const refused = await bad;
  expect([refused.status, codeOf(refused)]).toEqual([500, "INTERNAL_ERROR"]);
  expect(await stockOf(service, id)).toBe(880);
  expect(await unbalanced(service)).toEqual([]);
});

test("a long order and many short ones share the queue without breaking a limit", async () => {
  await start({ reservationLimits: { linesMax: 50 } });
  const ids = await Promise.all(Array.from({ length: 100 }, () => addProduct(service, 100)));
  const long = Object.fromEntries(ids.map((id) => [id, 1]));
  const answers = await Promise.all([
    ...Array.from({ length: 5 }, () => reserve(service, long, { userId: newId() })),
    ...Array.from({ length: 20 }, () => reserve(service, { [ids[0]!]: 1 }, { userId: newId() })),
  ]);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(await stockOf(service, ids[0]!)).toBe(75);
  expect(await stockOf(service, ids[99]!)).toBe(95);
});

test("changes of the catalogue get through under load, and the books balance all the while", async () => {
  await start();
  const id = await addProduct(service, 100_000);
  let isOver = false;
  const sellers = Array.from({ length: 20 }, async () => {
    while (!isOver) {
      const { body } = await reserve(service, { [id]: 2 }, { userId: newId() });
      if (Math.random() < 0.5) await move(service, "release", body as { orderId: string; rid: string });
    }
  });
  const audits: unknown[] = [];
  const auditor = (async () => {
    while (!isOver) audits.push(...(await unbalanced(service)));
  })();
  for (let round = 0; round < 20; round++) {
    const adjusted = await service.call("POST", `/products/${id}/stock-adjustments`, {
      body: { delta: 5, reason: "in" },
    });
    const set = await service.call("PUT", `/products/${id}`, { body: { stock: 90_000 } });
    expect([adjusted.status, set.status]).toEqual([200, 200]);
  }
  isOver = true;
  await Promise.all([...sellers, auditor]);
  expect(audits).toEqual([]);
  expect(await unbalanced(service)).toEqual([]);
});
