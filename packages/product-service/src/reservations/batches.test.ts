import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { ReservationBatchResult, ReservationCommandResult } from "@pos/contracts/reservations";
import { testLogger } from "@pos/testing/logger";
import { type Document, ObjectId } from "mongodb";
import {
  addProduct,
  codeOf,
  newId,
  reservationOf,
  reserve,
  startTestService,
  stockOf,
  type TestService,
  unbalanced,
} from "../test/product-service.ts";

setDefaultTimeout(30_000);
const log = testLogger();
let service: TestService;
beforeAll(async () => {
  service = await startTestService({ logger: log.logger });
});
afterAll(() => service.stop());

const post = (commands: unknown) => service.call("POST", "/reservations/batch", { as: "service", body: { commands } });

async function batch(commands: readonly unknown[]): Promise<readonly ReservationCommandResult[]> {
  const { status, body } = await post(commands);
  expect(status).toBe(200);
  return (body as unknown as ReservationBatchResult).results;
}

const hold = (units: Record<string, number>, orderId = newId()) => ({
  command: "reserve",
  orderId,
  ...reservationOf(units),
});

/** A word for what a result says. */
function wordOf(result: ReservationCommandResult | undefined): string {
  if (result === undefined) return "nothing";
  if ("error" in result) return result.error.code;
  return "moved" in result ? `moved ${result.moved.state}` : result.reservation.state;
}

test("each command comes to what its own route would have answered, in the same order", async () => {
  const [lamp, desk] = [await addProduct(service, 10, "Lamp"), await addProduct(service, 1, "Desk")];
  const [first] = await batch([hold({ [lamp]: 1 })]);
  if (first === undefined || !("reservation" in first)) throw new Error("not held");
  const { orderId, rid } = first.reservation;
  const results = await batch([
    hold({ [lamp]: 2 }),
    hold({ [desk]: 2 }),
    hold({ [newId()]: 1 }),
    { ...hold({ [lamp]: 1 }), items: [1, 2].map((quantity) => ({ productId: lamp, quantity })) },
    { command: "confirm", orderId, rid },
    { command: "confirm", orderId: newId(), rid },
    { command: "release", orderId: newId(), rid },
    hold({ [lamp]: 3 }, orderId),
  ]);
  expect(results.map(wordOf)).toEqual([
    "held",
    "INSUFFICIENT_STOCK",
    "UNKNOWN_PRODUCT",
    "VALIDATION_ERROR",
    "moved confirmed",
    "moved none",
    "moved none",
    "IDEMPOTENCY_KEY_REUSED",
  ]);
  expect([await stockOf(service, lamp), await stockOf(service, desk)]).toEqual([7, 1]);
  expect(await unbalanced(service)).toEqual([]);
});

test("a hold that is there already is answered again, although new ones beside it find nothing left", async () => {
  const lamp = await addProduct(service, 3);
  const [mine, others] = [hold({ [lamp]: 3 }), hold({ [lamp]: 1 })];
  const [held] = await batch([mine]);
  const again = await batch([mine, others]);
  expect(again.map(wordOf)).toEqual(["held", "INSUFFICIENT_STOCK"]);
  expect(again[0]).toEqual(held);
  // Alone its insert would succeed in taking the units twice, were it not for its id.
  const desk = await addProduct(service, 100);
  const desks = hold({ [desk]: 4 });
  const [once] = await batch([desks]);
  expect((await batch([desks, hold({ [desk]: 1 })]))[0]).toEqual(once as ReservationCommandResult);
  expect(await stockOf(service, desk)).toBe(95);
  expect(await unbalanced(service)).toEqual([]);
});

test.each<[string, Document]>([
  ["a price below 0", { price: -1 }],
  ["a text for a price", { price: "2.50" }],
  ["no name", { name: "" }],
])("a product that was given %s in the database fails the holds that name it and no other", async (_what, broken) => {
  const [lamp, desk] = [await addProduct(service, 10, "Lamp"), await addProduct(service, 10, "Desk")];
  await batch([hold({ [lamp]: 1, [desk]: 1 })]);
  await service.database.db.collection("products").updateOne({ _id: new ObjectId(lamp) }, { $set: broken });
  // Once by what was met last, once by a look.
  for (let round = 0; round < 2; round++) {
    const results = await batch([hold({ [desk]: 1 }), hold({ [lamp]: 1 }), hold({ [desk]: 1 })]);
    expect(results.map(wordOf)).toEqual(["held", "INTERNAL_ERROR", "held"]);
  }
  expect((await reserve(service, { [lamp]: 1 })).status).toBe(500);
  const reservations = service.database.db.collection("reservations");
  expect(await reservations.countDocuments({ "items.productId": new ObjectId(lamp) })).toBe(1);
  expect(await stockOf(service, desk)).toBe(5);
});

test.each([{ stock: "5" }, { stock: Number.NaN }, { openUnits: "1" }])(
  "units that are no numbers, as %j, are not counted on: mended by hand, the books are right again",
  async (broken) => {
    const lamp = await addProduct(service, 10);
    const products = service.database.db.collection("products");
    const set = (units: Document) => products.updateOne({ _id: new ObjectId(lamp) }, { $set: units });
    await set(broken);
    expect((await batch([hold({ [lamp]: 1 })])).map(wordOf)).toEqual(["INTERNAL_ERROR"]);
    await set({ stock: 10, openUnits: 0 });
    expect((await batch([hold({ [lamp]: 1 })])).map(wordOf)).toEqual(["held"]);
    expect(await products.findOne({ _id: new ObjectId(lamp) })).toMatchObject({ stock: 9, openUnits: 1 });
  },
);

test("a token confirms its own hold and no other of the same batch", async () => {
  const lamp = await addProduct(service, 10);
  const results = await batch([hold({ [lamp]: 1 }), hold({ [lamp]: 1 })]);
  const [a, b] = results.map((result) => ("reservation" in result ? result.reservation : undefined));
  const swapped = [
    { command: "confirm", orderId: a?.orderId, rid: b?.rid },
    { command: "confirm", orderId: b?.orderId, rid: a?.rid },
  ];
  expect((await batch(swapped)).map(wordOf)).toEqual(["moved held", "moved held"]);
  const own = [a, b].map((each) => ({ command: "confirm", orderId: each?.orderId, rid: each?.rid }));
  expect((await batch([...own, ...own])).map(wordOf)).toEqual(Array(4).fill("moved confirmed"));
});

test("every command has a log line that carries the ids of its own request", async () => {
  const lamp = await addProduct(service, 1);
  const traces = ["1", "2"].map((digit) => `00-${digit.repeat(32)}-${digit.repeat(16)}-00`);
  const commands = traces.map((traceparent, index) => ({
    ...hold({ [lamp]: 1 }),
    requestId: `request-${index}`,
    traceparent,
  }));
  await batch(commands);
  const lines = log.entries().filter(({ requestId }) => String(requestId).startsWith("request-"));
  expect(lines).toMatchObject([
    { msg: "reservation", command: "reserve", traceId: "1".repeat(32), orderId: commands[0]?.orderId },
    { msg: "reservation", code: "INSUFFICIENT_STOCK", traceId: "2".repeat(32), orderId: commands[1]?.orderId },
  ]);
});

test("a malformed command refuses the request, and nothing of it is carried out", async () => {
  const lamp = await addProduct(service, 10);
  for (const bad of [{ command: "reserve" }, { ...hold({ [lamp]: 1 }), extra: 1 }, { command: "sell" }, null]) {
    const answer = await post([hold({ [lamp]: 1 }), bad]);
    expect([answer.status, codeOf(answer)]).toEqual([400, "VALIDATION_ERROR"]);
  }
  expect((await post([])).status).toBe(400);
  expect((await post(Array.from({ length: 201 }, () => hold({ [lamp]: 1 })))).status).toBe(400);
  expect(await stockOf(service, lamp)).toBe(10);
});
