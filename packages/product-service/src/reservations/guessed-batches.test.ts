import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { type Document, ObjectId } from "mongodb";
import { addProduct, codeOf, newId, reserve, startTestService, type TestService } from "../test/product-service.ts";

setDefaultTimeout(120_000);

const LIMIT_UNITS = 20;
let service: TestService;
let id: string;
beforeAll(async () => {
  service = await startTestService({ env: { MAX_PENDING_UNITS: String(LIMIT_UNITS) } });
});
afterAll(() => service.stop());
/** A product that the service has just met. */
beforeEach(async () => {
  id = await addProduct(service, 100);
  expect((await hold(1)).status).toBe(200);
});

const hold = (units: number, options: Parameters<typeof reserve>[2] = {}) =>
  reserve(service, { [id]: units }, { userId: newId(), ...options });
const products = () => service.database.db.collection("products");
/** A change that another process makes. */
const behindItsBack = (update: Document) => products().updateOne({ _id: new ObjectId(id) }, update);

async function commandsOn(collection: string, work: () => Promise<unknown>): Promise<string[]> {
  const { db } = service.database;
  await db.command({ profile: 2 });
  await work();
  await db.command({ profile: 0 });
  const ns = `${db.databaseName}.${collection}`;
  const seen = await db.collection("system.profile").find({ ns }).sort({ ts: 1 }).toArray();
  await db.collection("system.profile").drop();
  return seen.map(({ op }) => String(op));
}

test("a hold of a product that was met a moment ago is written without a look, with a time of the database's", async () => {
  let createdAt = "";
  expect(
    await commandsOn("products", async () => {
      createdAt = String((await hold(2)).body["createdAt"]);
    }),
  ).toEqual(["update"]);
  const { localTime } = await service.database.db.command({ hello: 1 });
  expect(Math.abs(new Date(createdAt).getTime() - localTime.getTime())).toBeLessThan(60_000);
  expect(await products().findOne({ _id: new ObjectId(id) })).toMatchObject({ stock: 97, openUnits: 3 });
});

test("a new price counts from the moment at which it is there", async () => {
  await behindItsBack({ $set: { price: 7.25 } });
  expect((await hold(1)).body["items"]).toMatchObject([{ price: 7.25 }]);
});

test("so does a new name, whatever it looks like", async () => {
  await behindItsBack({ $set: { name: "$price" } });
  for (let round = 0; round < 2; round++)
    expect((await hold(1)).body["items"]).toMatchObject([{ productName: "$price" }]);
  expect(await commandsOn("products", () => hold(1))).toEqual(["update"]);
});

test("what another process took is not there", async () => {
  await behindItsBack({ $set: { stock: 2 } });
  expect(codeOf(await hold(3))).toBe("INSUFFICIENT_STOCK");
  expect((await hold(2)).status).toBe(200);
});

test("what another process put there is", async () => {
  await behindItsBack({ $set: { stock: 1 } });
  expect(codeOf(await hold(2))).toBe("INSUFFICIENT_STOCK");
  await behindItsBack({ $set: { stock: 2 } });
  expect((await hold(2)).status).toBe(200);
});

test("a product that another process deleted is gone", async () => {
  await behindItsBack({ $set: { deletedAt: new Date() } });
  expect(codeOf(await hold(1))).toBe("UNKNOWN_PRODUCT");
});

test("units that another process holds for the user count towards the limit", async () => {
  const userId = newId();
  const items = [{ productId: new ObjectId(id), productName: "Lamp", price: 2.5, quantity: LIMIT_UNITS }];
  const now = new Date();
  await service.database.db.collection("reservations").insertOne({
    ...{ rid: "e".repeat(32), userId: new ObjectId(userId), state: "held", fingerprint: "0".repeat(64) },
    ...{ items, isOpen: true, createdAt: now, updatedAt: now },
  });
  await behindItsBack({ $inc: { stock: -LIMIT_UNITS, openUnits: LIMIT_UNITS } });
  expect(codeOf(await hold(1, { userId }))).toBe("PENDING_LIMIT");
  expect((await hold(1)).status).toBe(200);
});

test("a hold that is there already is answered again, and takes nothing", async () => {
  const first = await hold(1);
  const orderId = String(first.body["orderId"]);
  const again = await hold(1, { orderId, userId: String(first.body["userId"]) });
  expect([again.status, again.body["rid"]]).toEqual([200, first.body["rid"]]);
  expect(await products().findOne({ _id: new ObjectId(id) })).toMatchObject({ stock: 98 });
});

test.each([
  ["price", { price: 99 }, { price: 99 }],
  ["name", { name: "$price" }, { productName: "$price" }],
])("of several products one whose %s changed is enough for a look", async (_what, change, answered) => {
  const other = await addProduct(service, 5);
  await reserve(service, { [other]: 1 });
  await behindItsBack({ $set: change });
  const { body } = await reserve(service, { [id]: 1, [other]: 1 }, { userId: newId() });
  const items = body["items"] as readonly { productId: string }[];
  expect(items.find(({ productId }) => productId === id)).toMatchObject(answered);
  expect(await products().findOne({ _id: new ObjectId(other) })).toMatchObject({ stock: 3 });
});
