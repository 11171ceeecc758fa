import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { testLogger } from "@pos/testing/logger";
import { type Collection, type Document, ObjectId } from "mongodb";
import {
  addProduct,
  newId,
  reservationOf,
  reserve,
  startTestService,
  type TestService,
} from "./test/product-service.ts";

// Generous: no time decides a test, and a busy machine is slow.
setDefaultTimeout(120_000);

const log = testLogger();
let service: TestService;
let products: Collection;
let reservations: Collection;
beforeAll(async () => {
  service = await startTestService({ logger: log.logger });
  products = service.database.db.collection("products");
  reservations = service.database.db.collection("reservations");
});
afterAll(() => service.stop());
beforeEach(async () => {
  await products.deleteMany({});
  await reservations.deleteMany({});
});

const idsOf = (list: unknown, field = "id") => (list as Record<string, unknown>[]).map((each) => each[field]);

/** Every item of a list, a page of one at a time. */
async function walk(path: string, field: string, as: "service" | "nobody"): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for (let cursor = ""; ;) {
    const { status, body } = await service.call("GET", `${path}limit=1${cursor}`, { as });
    expect(status).toBe(200);
    items.push(...(body[field] as Record<string, unknown>[]));
    if (body["nextCursor"] === undefined) return items;
    cursor = `&cursor=${String(body["nextCursor"])}`;
  }
}

const changes: Record<string, Document> = {
  "a price that is a text": { $set: { price: "12.5" } },
  "a stock of one and a half": { $set: { stock: 1.5 } },
  "no name": { $unset: { name: 1 } },
  "a time that is none": { $set: { createdAt: "yesterday" } },
};

describe("a product that was broken by hand", () => {
  for (const [what, change] of Object.entries(changes))
    test(`with ${what} is left out of lists, and no other is`, async () => {
      const ids = [await addProduct(service, 1), await addProduct(service, 2), await addProduct(service, 3)];
      const [, broken = ""] = ids;
      await products.updateOne({ _id: new ObjectId(broken) }, change);
      const others = ids.filter((id) => id !== broken).toReversed();
      const whole = await service.call("GET", "/products", { as: "nobody" });
      expect([whole.status, idsOf(whole.body["products"])]).toEqual([200, others]);
      expect(idsOf(await walk("/products?", "products", "nobody"))).toEqual(others);
      expect(log.entries().filter(({ productId }) => productId === broken)).toMatchObject([
        { level: "error", msg: "a product is not as this service writes it: lists leave it out" },
      ]);
    });

  test("whose id is no ObjectId is left out of lists", async () => {
    const id = await addProduct(service, 1);
    const { _id, ...document } = (await products.findOne({ _id: new ObjectId(id) })) as Document;
    expect(_id).toEqual(new ObjectId(id));
    await products.insertOne({ ...document, _id: "lamp" as unknown as ObjectId });
    const { status, body } = await service.call("GET", "/products", { as: "nobody" });
    expect([status, idsOf(body["products"])]).toEqual([200, [id]]);
    expect(idsOf(await walk("/products?", "products", "nobody"))).toEqual([id]);
  });

  test("whose time is before 1970 ends no walk through the list", async () => {
    const ids = [await addProduct(service, 1), await addProduct(service, 2)];
    for (const [index, id] of ids.entries())
      await products.updateOne({ _id: new ObjectId(id) }, { $set: { createdAt: new Date(index - 5) } });
    expect(idsOf(await walk("/products?", "products", "nobody"))).toEqual(ids.toReversed());
  });

  test("fails the read of itself, not those that share a command with it", async () => {
    const ids = await Promise.all([1, 2, 3].map((stock) => addProduct(service, stock)));
    await products.updateOne({ _id: new ObjectId(ids[1]) }, { $set: { createdAt: "yesterday" } });
    const asked = Array.from({ length: 60 }, (_, index) => ids[index % 3] ?? "");
    const answers = await Promise.all(asked.map((id) => service.call("GET", `/products/${id}`, { as: "nobody" })));
    expect(answers.map(({ status }) => status)).toEqual(asked.map((id) => (id === ids[1] ? 500 : 200)));
  });
});

test("audits go on behind ids that are texts, and leave out no document of theirs", async () => {
  const id = await addProduct(service, 10);
  await reserve(service, { [id]: 1 });
  for (const [collection, path, field, idField] of [
    [products, "/audit/products", "products", "id"],
    [reservations, "/audit/reservations", "reservations", "orderId"],
  ] as const) {
    const { _id, ...document } = (await collection.findOne({})) as Document;
    const texts = ["f".repeat(24), "lamp"];
    await collection.insertMany(texts.map((text) => ({ ...document, _id: text as unknown as ObjectId })));
    const walked: Record<string, unknown>[] = [];
    for (let cursor: string | undefined = ""; cursor !== undefined;) {
      const { status, body } = await service.call("GET", `${path}?limit=2${cursor}`);
      expect(status).toBe(200);
      walked.push(body);
      cursor = body["nextCursor"] === undefined ? undefined : `&cursor=${String(body["nextCursor"])}`;
    }
    expect(walked.flatMap((page) => idsOf(page["broken"] ?? []))).toEqual(texts);
    expect(walked.flatMap((page) => idsOf(page[field], idField))).toEqual([String(_id)]);
  }
});

/** A hold of one unit, with what asked for it. */
async function heldFor(productId: string) {
  const orderId = newId();
  const { body } = await reserve(service, { [productId]: 1 }, { orderId });
  return { orderId, rid: String(body["rid"]), request: reservationOf({ [productId]: 1 }) };
}

describe("a reservation that was broken by hand", () => {
  test("keeps no other from whoever looks for what is held", async () => {
    const productId = await addProduct(service, 100);
    const ids: string[] = [];
    for (let count = 0; count < 3; count++) {
      const orderId = newId();
      expect((await reserve(service, { [productId]: 1 }, { orderId })).status).toBe(200);
      ids.push(orderId);
    }
    const [, broken = ""] = ids;
    const others = ids.filter((id) => id !== broken);
    for (const change of [{ userId: "ada" }, { items: "none" }, { updatedAt: 5 }, { createdAt: "yesterday" }]) {
      await reservations.updateOne({ _id: new ObjectId(broken) }, { $set: change });
      const path = "/reservations?state=held&";
      const { status, body } = await service.call("GET", path, { as: "service" });
      expect([status, idsOf(body["reservations"], "orderId")]).toEqual([200, others]);
      expect(idsOf(await walk(path, "reservations", "service"), "orderId")).toEqual(others);
    }
    expect(log.entries().filter(({ orderId }) => orderId === broken).length).toBeGreaterThan(0);
  });

  test("fails no confirm that shares a batch with its own", async () => {
    const productId = await addProduct(service, 100);
    const holds = [];
    for (let count = 0; count < 2; count++) {
      const orderId = newId();
      const { body } = await reserve(service, { [productId]: 1 }, { orderId });
      holds.push({ orderId, rid: String(body["rid"]) });
    }
    const [broken, whole] = holds;
    const change = { $set: { state: "confirmed", items: "none" } };
    await reservations.updateOne({ _id: new ObjectId(broken?.orderId) }, change);
    const commands = holds.map((hold) => ({ command: "confirm", ...hold }));
    const { body } = await service.call("POST", "/reservations/batch", { body: { commands }, as: "service" });
    expect(body["results"]).toEqual(
      [broken, whole].map((hold) => ({ moved: { orderId: hold?.orderId, state: "confirmed" } })),
    );
  });

  for (const [what, change] of Object.entries({
    "a state that there is not": { state: "gone" },
    "a price that is a text": { "items.0.price": "12.5" },
    "a number of units that is a text": { "items.0.quantity": "3" },
  }))
    test(`with ${what} fails no command but its own, and moves no stock`, async () => {
      const productId = await addProduct(service, 100);
      const holds = await Promise.all([1, 2, 3].map(() => heldFor(productId)));
      const broken = holds[1]?.orderId;
      await reservations.updateOne({ _id: new ObjectId(broken) }, { $set: change });
      const batch = async (commands: object[]) => {
        const { status, body } = await service.call("POST", "/reservations/batch", {
          body: { commands },
          as: "service",
        });
        expect(status).toBe(200);
        return (body["results"] as Document[]).map(
          (result) => result["error"]?.code ?? result["moved"]?.state ?? "held",
        );
      };
      const reserves = holds.map(({ orderId, request }) => ({ command: "reserve", orderId, ...request }));
      expect(await batch(reserves)).toEqual(["held", "INTERNAL_ERROR", "held"]);
      for (const [command, state] of [
        ["settle", "confirmed"],
        ["release", "released"],
      ] as const) {
        const moves = holds.map(({ orderId, rid }) => ({ command, orderId, rid }));
        expect(await batch(moves)).toEqual([state, "INTERNAL_ERROR", state]);
      }
      const { body } = await service.call("GET", `/products/${productId}`, { as: "nobody" });
      expect(body["stock"]).toBe(99);
    });

  test("with a state that there is not fails no confirm but its own", async () => {
    const productId = await addProduct(service, 100);
    const holds = [await heldFor(productId), await heldFor(productId)];
    await reservations.updateOne({ _id: new ObjectId(holds[0]?.orderId) }, { $set: { state: "gone" } });
    const commands = holds.map(({ orderId, rid }) => ({ command: "confirm", orderId, rid }));
    const { body } = await service.call("POST", "/reservations/batch", { body: { commands }, as: "service" });
    expect(body["results"]).toEqual([
      { moved: { orderId: holds[0]?.orderId, state: "none" } },
      { moved: { orderId: holds[1]?.orderId, state: "confirmed" } },
    ]);
  });

  test("is told by its own audit with what is wrong", async () => {
    const productId = await addProduct(service, 100);
    const orderId = newId();
    await reserve(service, { [productId]: 1 }, { orderId });
    await reservations.updateOne({ _id: new ObjectId(orderId) }, { $set: { state: "gone" } });
    const { status, body } = await service.call("GET", `/audit/reservations/${orderId}`);
    expect([status, body["error"]]).toEqual([
      500,
      {
        code: "INTERNAL_ERROR",
        message: `The reservation ${orderId} is not as this service writes it: state must be one of held, confirmed, released.`,
        details: {
          type: "reservation",
          id: orderId,
          problems: ["state must be one of held, confirmed, released"],
        },
      },
    ]);
  });
});
