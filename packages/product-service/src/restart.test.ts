import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { testDatabase, type TestDatabase } from "@pos/testing/database";
import { eventually } from "@pos/testing/eventually";
import { serviceProcess, type ServiceProcess } from "./test/process.ts";
import {
  addProduct,
  type Answer,
  newId,
  reserve,
  startTestService,
  stockOf,
  type TestService,
  unbalanced,
} from "./test/product-service.ts";

// Generous: no time decides a test, and a busy machine is slow.
setDefaultTimeout(120_000);

const rounds = process.env["FULL"] === "1" ? 20 : 2;

let shared: TestDatabase;
let observer: TestService;
let victim: ServiceProcess;
beforeAll(async () => {
  shared = await testDatabase("restart");
  // Reads the books; its own queue stays empty.
  observer = await startTestService({ shared });
  victim = await serviceProcess(shared.uri);
});
afterAll(async () => {
  await victim.close();
  await observer.stop();
  await shared.drop();
});

/** 50 clients that buy until told to stop; whoever gets an answer remembers the order. */
function buyers(service: Pick<TestService, "call">, productId: string) {
  const held = new Map<string, string>();
  const answeredAt: number[] = [];
  let isOver = false;
  const runs = Array.from({ length: 50 }, async () => {
    while (!isOver) {
      const orderId = newId();
      const answer = await reserve(service, { [productId]: 1 }, { orderId, userId: newId() }).catch(() => undefined);
      if (answer?.status === 200) {
        held.set(orderId, String(answer.body["rid"]));
        answeredAt.push(performance.now());
      } else await Bun.sleep(10);
    }
  });
  return {
    held,
    answeredAt,
    async stop() {
      isOver = true;
      await Promise.all(runs);
    },
  };
}

test("killed under load it comes back, sells on, and has lost nothing that it acknowledged", async () => {
  await victim.start();
  const id = await addProduct(observer, 1_000_000);
  const load = buyers(victim, id);
  const freezesMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await Bun.sleep(300 + Math.random() * 300);
    await victim.end("SIGKILL");
    const killedAt = performance.now();
    await victim.start();
    while (!load.answeredAt.some((at) => at > killedAt)) await Bun.sleep(10);
    freezesMs.push(Math.round(load.answeredAt.find((at) => at > killedAt)! - killedAt));
  }
  await load.stop();
  console.log(`${load.held.size} holds, ${rounds} kills, sold again after ${freezesMs.join(", ")} ms`);
  for (const freezeMs of freezesMs) expect(freezeMs).toBeLessThan(50_000);

  const stored = await shared.database.db
    .collection<{ _id: unknown; rid: string }>("reservations")
    .find({}, { projection: { rid: 1 } })
    .toArray();
  const rids = new Map(stored.map(({ _id, rid }) => [String(_id), rid]));
  const lost = [...load.held].filter(([orderId, rid]) => rids.get(orderId) !== rid);
  expect(lost).toEqual([]);
  expect(await stockOf(observer, id)).toBe(1_000_000 - stored.length);
  expect(await unbalanced(observer)).toEqual([]);
});

test("told to stop it finishes what it accepted, leaves the list of writers and exits 0", async () => {
  const writers = shared.database.db.collection("flushers");
  // Those that were killed above are taken off it after 3 s.
  await eventually(async () => (await writers.countDocuments()) <= 2);
  const id = await addProduct(observer, 1000);
  const calls: Promise<Answer | undefined>[] = Array.from({ length: 100 }, () =>
    reserve(victim, { [id]: 1 }, { userId: newId() }).catch(() => undefined),
  );
  await Promise.race(calls);
  expect(await victim.end("SIGTERM")).toBe(0);
  const done = (await Promise.all(calls)).filter((answer) => answer?.status === 200);
  expect(done.length).toBeGreaterThan(0);
  expect(await stockOf(observer, id)).toBe(1000 - done.length);
  expect(await writers.countDocuments()).toBe(1);
});
