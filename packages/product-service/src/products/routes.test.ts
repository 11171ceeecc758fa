import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { STOCK_MAX_UNITS } from "@pos/contracts/limits";
import {
  addProduct,
  codeOf,
  detailsOf,
  move,
  newId,
  reserve,
  startTestService,
  stockOf,
  type TestService,
} from "../test/product-service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

const lamp = { name: "Lamp", description: "Bright", price: 19.99, stock: 7 };

describe("POST /products", () => {
  test("answers the product with its address and its version", async () => {
    const answer = await service.call("POST", "/products", { body: lamp });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject(lamp);
    expect(Object.keys(answer.body).sort()).toEqual(
      ["createdAt", "description", "id", "name", "price", "stock", "updatedAt"].sort(),
    );
    expect(answer.headers.get("location")).toBe(`/products/${String(answer.body["id"])}`);
    expect(answer.headers.get("etag")).toBe('"1"');
  });

  test("takes a product without a description", async () => {
    const { status, body } = await service.call("POST", "/products", { body: { name: " ", price: 1e12, stock: 0 } });
    expect([status, body["description"], body["name"]]).toEqual([201, "", " "]);
  });

  test.each([
    ["no name", { price: 1, stock: 1 }, "name"],
    ["a price of 0", { ...lamp, price: 0 }, "price"],
    ["a price over 1e12", { ...lamp, price: 1.1e12 }, "price"],
    ["half a unit", { ...lamp, stock: 0.5 }, "stock"],
    ["less than nothing", { ...lamp, stock: -1 }, "stock"],
    ["too many units", { ...lamp, stock: 1_000_000_001 }, "stock"],
    ["a long name", { ...lamp, name: "a".repeat(501) }, "name"],
    ["NUL", { ...lamp, description: "\0" }, "description"],
    ["an unknown field", { ...lamp, received: 5 }, "received"],
  ])("refuses %s and names the field", async (_what, body, field) => {
    const answer = await service.call("POST", "/products", { body });
    expect([answer.status, codeOf(answer)]).toEqual([400, "VALIDATION_ERROR"]);
    expect(JSON.stringify(detailsOf(answer))).toContain(`"path":"${field}"`);
  });

  test.each([
    ["nobody", 401],
    ["customer", 403],
    ["service", 403],
  ] as const)("refuses %s", async (as, status) => {
    expect((await service.call("POST", "/products", { body: lamp, as })).status).toBe(status);
  });
});

describe("GET /products", () => {
  test("reads one by an id of either case, with its version", async () => {
    const id = await addProduct(service, 3);
    const answer = await service.call("GET", `/products/${id.toUpperCase()}`, { as: "nobody" });
    expect([answer.status, answer.body["id"], answer.headers.get("etag")]).toEqual([200, id, '"1"']);
    expect((await service.call("GET", "/products/zz", { as: "nobody" })).status).toBe(400);
  });

  test("lists newest first, page by page, each product once", async () => {
    const name = crypto.randomUUID();
    const ids: string[] = [];
    for (let index = 0; index < 7; index++) ids.unshift(await addProduct(service, index, name));
    const seen: unknown[] = [];
    let cursor = "";
    let pages = 0;
    do {
      const { body } = await service.call("GET", `/products?name=${name}&limit=3${cursor}`, { as: "nobody" });
      seen.push(...(body["products"] as { id: string }[]).map(({ id }) => id));
      cursor = body["nextCursor"] === undefined ? "" : `&cursor=${String(body["nextCursor"])}`;
      pages++;
    } while (cursor !== "");
    expect([seen, pages]).toEqual([ids, 3]);
  });

  test("ends a page at 1 MiB, and the next one goes on behind it", async () => {
    const name = crypto.randomUUID();
    const large = { name, description: "\u{1f6d2}".repeat(10_000), price: 1, stock: 1 };
    const made: string[] = [];
    // A few at a time: a busy machine would refuse some of all of them.
    while (made.length < 30) {
      const few = Array.from({ length: 10 }, () => service.call("POST", "/products", { body: large }));
      for (const { status, body } of await Promise.all(few)) made.push(status === 201 ? String(body["id"]) : "none");
    }
    expect(made).not.toContain("none");
    const seen: string[] = [];
    const bytes: number[] = [];
    for (let cursor: string | undefined = ""; cursor !== undefined;) {
      const { body } = await service.call("GET", `/products?name=${name}&limit=1000${cursor}`, { as: "nobody" });
      seen.push(...(body["products"] as { id: string }[]).map(({ id }) => id));
      bytes.push(Buffer.byteLength(JSON.stringify(body)));
      cursor = body["nextCursor"] === undefined ? undefined : `&cursor=${String(body["nextCursor"])}`;
    }
    expect(seen.toSorted()).toEqual(made.toSorted());
    expect(Math.max(...bytes)).toBeLessThan(1.125 * 1024 * 1024);
    expect(bytes).toHaveLength(2);
  });

  test("lists that are asked for at the same time do not share an answer of another length", async () => {
    const name = crypto.randomUUID();
    for (let index = 0; index < 3; index++) await addProduct(service, index, name);
    const limits = [1, 2, 3, 1, 2, 3];
    const answers = await Promise.all(
      limits.map((limit) => service.call("GET", `/products?name=${name}&limit=${limit}`, { as: "nobody" })),
    );
    expect(answers.map(({ body }) => (body["products"] as unknown[]).length)).toEqual(limits);
  });

  test("filters by the exact name, whatever it holds", async () => {
    const name = `$where {"a":1} ${crypto.randomUUID()}`;
    const id = await addProduct(service, 1, name);
    await addProduct(service, 1, `${name}x`);
    const { body } = await service.call("GET", `/products?name=${encodeURIComponent(name)}`, { as: "nobody" });
    expect((body["products"] as { id: string }[]).map((product) => product.id)).toEqual([id]);
  });

  test.each(["limit=0", "limit=1001", "limit=x", "cursor=abc", "name[$ne]=a", "name=", "unknown=1"])(
    "refuses ?%s",
    async (query) => {
      expect((await service.call("GET", `/products?${query}`, { as: "nobody" })).status).toBe(400);
    },
  );
});

describe("PUT /products/:id", () => {
  test("changes what is named and nothing else", async () => {
    const { body: before } = await service.call("POST", "/products", { body: lamp });
    await Bun.sleep(2);
    const answer = await service.call("PUT", `/products/${String(before["id"])}`, {
      body: { name: "$name", price: 5 },
    });
    expect([answer.status, answer.headers.get("etag")]).toEqual([200, '"2"']);
    expect(answer.body).toEqual({ ...before, name: "$name", price: 5, updatedAt: expect.any(String) });
    expect(String(answer.body["updatedAt"]) > String(before["updatedAt"])).toBe(true);
  });

  test("refuses a version that is no more, and one of several writers wins", async () => {
    const id = await addProduct(service, 1);
    const writers = [1, 2, 3, 4, 5].map((price) =>
      service.call("PUT", `/products/${id}`, { body: { price }, headers: { "if-match": 'W/"9", "1"' } }),
    );
    const answers = await Promise.all(writers);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412]);
    expect(codeOf(answers.find(({ status }) => status === 412)!)).toBe("PRECONDITION_FAILED");
    const any = await service.call("PUT", `/products/${id}`, { body: { price: 9 }, headers: { "if-match": "*" } });
    expect(any.status).toBe(200);
    const weak = await service.call("PUT", `/products/${id}`, { body: { price: 9 }, headers: { "if-match": 'W/"3"' } });
    expect(weak.status).toBe(412);
  });

  test("moves the books with an absolute stock", async () => {
    const id = await addProduct(service, 10);
    await service.call("PUT", `/products/${id}`, { body: { stock: 4 } });
    await service.call("PUT", `/products/${id}`, { body: { stock: 1000 } });
    const found = await service.database.db.collection("products").findOne({ stock: 1000 });
    expect(found).toMatchObject({ stock: 1000, received: 1000, version: 3 });
  });

  test.each([
    [{}, 400],
    [{ id: newId() }, 400],
    [{ stock: "5" }, 400],
  ])("refuses %j", async (body, status) => {
    const id = await addProduct(service, 1);
    expect((await service.call("PUT", `/products/${id}`, { body })).status).toBe(status);
  });
});

describe("DELETE /products/:id", () => {
  test("takes the product out of every answer and keeps its document", async () => {
    const name = crypto.randomUUID();
    const id = await addProduct(service, 5, name);
    expect((await service.call("DELETE", `/products/${id}`, { headers: { "if-match": '"7"' } })).status).toBe(412);
    expect((await service.call("DELETE", `/products/${id}`)).status).toBe(204);
    expect((await service.call("GET", `/products/${id}`, { as: "nobody" })).status).toBe(404);
    expect((await service.call("PUT", `/products/${id}`, { body: { price: 1 } })).status).toBe(404);
    expect((await service.call("DELETE", `/products/${id}`)).status).toBe(404);
    const { body } = await service.call("GET", `/products?name=${name}`, { as: "nobody" });
    expect(body["products"]).toEqual([]);
    expect(await service.database.db.collection("products").findOne({ name })).toMatchObject({ stock: 5 });
  });
});

describe("POST /products/:id/stock-adjustments", () => {
  const adjust = (id: string, delta: number, headers: Record<string, string> = {}, reason = "delivery") =>
    service.call("POST", `/products/${id}/stock-adjustments`, { body: { delta, reason }, headers });

  test("adds and takes out", async () => {
    const id = await addProduct(service, 10);
    expect((await adjust(id, 5)).body["stock"]).toBe(15);
    expect((await adjust(id, -15)).body["stock"]).toBe(0);
    const short = await adjust(id, -1);
    expect([short.status, codeOf(short), detailsOf(short)]).toEqual([
      409,
      "INSUFFICIENT_STOCK",
      { productId: id, requestedUnits: 1, availableUnits: 0 },
    ]);
    expect(codeOf(await adjust(id, 0))).toBe("VALIDATION_ERROR");
    expect((await adjust(newId(), 1)).status).toBe(404);
    await adjust(id, 1_000_000_000);
    expect(codeOf(await adjust(id, 1))).toBe("CONFLICT");
  });

  test("takes out of a stock that returned units lifted over its maximum, and adds nothing to it", async () => {
    const id = await addProduct(service, STOCK_MAX_UNITS);
    const { body } = await reserve(service, { [id]: 5 });
    await service.call("PUT", `/products/${id}`, { body: { stock: STOCK_MAX_UNITS } });
    await move(service, "release", { orderId: body["orderId"], rid: body["rid"] });
    expect(await stockOf(service, id)).toBe(STOCK_MAX_UNITS + 5);
    expect(codeOf(await adjust(id, 1))).toBe("CONFLICT");
    expect((await adjust(id, -1)).body["stock"]).toBe(STOCK_MAX_UNITS + 4);
  });

  test("happens once under one key, however many requests carry it", async () => {
    const id = await addProduct(service, 10);
    const headers = { "idempotency-key": crypto.randomUUID() };
    const answers = await Promise.all(Array.from({ length: 20 }, () => adjust(id, 5, headers)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(answers.filter((answer) => answer.headers.get("idempotent-replayed") === null)).toHaveLength(1);
    expect(await stockOf(service, id)).toBe(15);
    const other = await adjust(id, 6, headers);
    expect([other.status, codeOf(other)]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
    expect((await adjust(id, 5, headers, "another reason")).status).toBe(422);
    expect((await adjust(id, 5, { "idempotency-key": "ü" })).status).toBe(400);
    expect(await stockOf(service, id)).toBe(15);
  });

  test("a key is that of who sends it: another administrator's own adjustment may have the same", async () => {
    const id = await addProduct(service, 10);
    const headers = { "idempotency-key": "monday" };
    for (const isReplay of [false, true]) {
      for (const [as, delta] of [
        ["admin", 1],
        ["otherAdmin", 2],
      ] as const) {
        const body = { delta, reason: "delivery" };
        const answer = await service.call("POST", `/products/${id}/stock-adjustments`, { as, body, headers });
        expect([answer.status, answer.headers.get("idempotent-replayed")]).toEqual([200, isReplay ? "true" : null]);
      }
    }
    expect(await stockOf(service, id)).toBe(13);
  });

  test("a key that was refused can be used again", async () => {
    const id = await addProduct(service, 0);
    const headers = { "idempotency-key": crypto.randomUUID() };
    expect((await adjust(id, -1, headers)).status).toBe(409);
    await adjust(id, 3);
    expect((await adjust(id, -1, headers)).status).toBe(200);
    expect(await stockOf(service, id)).toBe(2);
  });
});
