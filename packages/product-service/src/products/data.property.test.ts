import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { newProduct, unknownId } from "@pos/testing/arbitraries";
import fc from "fast-check";
import { codeOf, detailsOf, startTestService, type TestService } from "../test/product-service.ts";

// Generous: no time decides a test, and a busy machine is slow.
setDefaultTimeout(120_000);

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

const numRuns = 100;

// Feature: product-order-system, Property 2: Product data persistence round trip
test("what is stored of a product comes back, in the single answer and in the list", async () => {
  await fc.assert(
    fc.asyncProperty(newProduct(), async (given) => {
      const { body: created } = await service.call("POST", "/products", { body: given });
      const { body: read } = await service.call("GET", `/products/${String(created["id"])}`, { as: "nobody" });
      expect(read).toEqual(created);
      expect(read).toMatchObject(given);
      const query = new URLSearchParams({ name: given.name, limit: "1" });
      const { body: list } = await service.call("GET", `/products?${query.toString()}`, { as: "nobody" });
      expect((list["products"] as unknown[])[0]).toEqual(created);
    }),
    { numRuns },
  );
});

test("what is changed of a product comes back, and the rest stays", async () => {
  await fc.assert(
    fc.asyncProperty(newProduct(), newProduct(), fc.integer({ min: 1, max: 15 }), async (given, other, mask) => {
      const { body: created } = await service.call("POST", "/products", { body: given });
      const names = ["name", "description", "price", "stock"] as const;
      const changes = Object.fromEntries(
        names.filter((_, bit) => mask & (1 << bit)).map((name) => [name, other[name]]),
      );
      const path = `/products/${String(created["id"])}`;
      const { status, body: changed } = await service.call("PUT", path, { body: changes });
      expect(status).toBe(200);
      expect(changed).toEqual({ ...created, ...changes, updatedAt: changed["updatedAt"] });
      expect((await service.call("GET", path, { as: "nobody" })).body).toEqual(changed);
    }),
    { numRuns },
  );
});

// Feature: product-order-system, Property 5: Valid product creation succeeds
test("every valid product is created under an id of its own", async () => {
  const ids = new Set<unknown>();
  let created = 0;
  await fc.assert(
    fc.asyncProperty(newProduct(), async (given) => {
      const { status, body } = await service.call("POST", "/products", { body: given });
      expect(status).toBe(201);
      expect(body["id"]).toMatch(/^[0-9a-f]{24}$/);
      ids.add(body["id"]);
      created++;
      expect(ids.size).toBe(created);
    }),
    { numRuns },
  );
});

// Feature: product-order-system, Property 8: Non-existent product retrieval returns 404
test("an id that names nothing is 404 with the resource's type and id", async () => {
  const { body: known } = await service.call("POST", "/products", { body: { name: "Lamp", price: 1, stock: 1 } });
  await fc.assert(
    fc.asyncProperty(unknownId(), async (id) => {
      fc.pre(id !== known["id"]);
      const answer = await service.call("GET", `/products/${id}`, { as: "nobody" });
      expect([answer.status, codeOf(answer), detailsOf(answer)]).toEqual([404, "NOT_FOUND", { type: "product", id }]);
    }),
    { numRuns },
  );
});
