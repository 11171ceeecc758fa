import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { testDatabase, type TestDatabase } from "@pos/testing/database";
import fc from "fast-check";
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
} from "../test/product-service.ts";

// Generous: no time decides a test, and a busy machine is slow.
setDefaultTimeout(120_000);

let shared: TestDatabase;
let replicas: [TestService, TestService];
beforeAll(async () => {
  shared = await testDatabase("oversell");
  replicas = [await startTestService({ shared }), await startTestService({ shared })];
});
afterAll(async () => {
  for (const replica of replicas) await replica.stop();
  await shared.drop();
});

const order = fc.record({
  lines: fc.uniqueArray(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 5 })), {
    selector: ([product]) => product,
    minLength: 1,
  }),
  replica: fc.nat(1),
  fate: fc.constantFrom("keep", "confirm", "release", "release twice"),
});

test("orders that race for the same stock on two replicas never take more than there is", async () => {
  const [first] = replicas;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 3, maxLength: 3 }),
      fc.array(order, { minLength: 4, maxLength: 16 }),
      async (stocks, orders) => {
        const ids = await Promise.all(stocks.map((stock) => addProduct(first, stock)));
        const kept = [0, 0, 0];
        await Promise.all(
          orders.map(async ({ lines, replica, fate }) => {
            const service = replicas[replica]!;
            const answer = await reserve(
              service,
              Object.fromEntries(lines.map(([index, units]) => [ids[index]!, units])),
              {
                userId: newId(),
              },
            );
            if (answer.status !== 200) {
              expect([answer.status, codeOf(answer)]).toEqual([409, "INSUFFICIENT_STOCK"]);
              return;
            }
            const token = { orderId: answer.body["orderId"], rid: answer.body["rid"] };
            const other = replicas[1 - replica]!;
            if (fate === "confirm") await move(other, "confirm", token);
            if (fate.startsWith("release")) {
              const times = fate === "release" ? [service] : [service, other, service];
              await Promise.all(times.map((each) => move(each, "release", token)));
            } else for (const [index, units] of lines) kept[index]! += units;
          }),
        );
        const left = await Promise.all(ids.map((id) => stockOf(first, id)));
        expect(left).toEqual(stocks.map((stock, index) => stock - kept[index]!));
      },
    ),
    { numRuns: 100 },
  );
  expect(await unbalanced(first)).toEqual([]);
});
