import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { startStack, type Stack } from "../stack.ts";
import { actors, type Actor, rows, type Scene, type Service } from "./access-table.ts";

setDefaultTimeout(120_000);

let stack: Stack;
let serviceTokenValue: string;
beforeAll(async () => {
  stack = await startStack();
  serviceTokenValue = await stack.serviceToken();
});
afterAll(() => stack.stop());

type Cast = Scene & { tokens: Record<Actor, string | undefined> };

/** Kept until a request has succeeded that may have changed or deleted what it holds. */
let unchanged: Cast | undefined;

/** A customer with an order and an address, another customer, a product. */
async function scene(): Promise<Cast> {
  const [owner, other, product] = await Promise.all([
    stack.customer(),
    stack.customer(),
    stack.admin.products.create({ name: "Thing", description: "", price: 1, stock: 100 }),
  ]);
  const { order } = await owner.client.orders.place({
    userId: owner.id,
    items: [{ productId: product.id, quantity: 1 }],
  });
  return {
    userId: owner.id,
    productId: product.id,
    orderId: order.id,
    tokens: {
      nobody: undefined,
      customer: owner.token,
      owner: owner.token,
      other: other.token,
      admin: stack.adminToken,
      service: serviceTokenValue,
    },
  };
}

const served = (service: Service) =>
  stack.services[service].app.routes
    .filter(({ path }) => !path.startsWith("/api/v1") && !path.startsWith("/swagger"))
    .map(({ method, path }) => `${method} ${path}`);

describe("authorization", () => {
  test.each(["user", "product", "order"] as const)(
    "every route of %s-service has a row, and every row a route",
    (service) => {
      const inTable = rows.filter((row) => row.service === service).map(({ route }) => route);
      expect(served(service).sort()).toEqual(inTable.sort());
    },
  );

  test.each(["user", "product", "order"] as const)(
    "every route of %s-service is served under /api/v1 too",
    (service) => {
      const prefixed = stack.services[service].app.routes
        .filter(({ path }) => path.startsWith("/api/v1"))
        .map(({ method, path }) => `${method} ${path.slice("/api/v1".length)}`);
      expect(prefixed.sort()).toEqual(served(service).sort());
    },
  );

  for (const row of rows) {
    test.each([...actors])(`${row.route} as %s`, async (actor) => {
      const { tokens, ...here } = (unchanged ??= await scene());
      const [method = "", pattern = ""] = row.route.split(" ");
      const path = pattern.replaceAll(/:(\w+)/g, (_all, name: string) => row.params?.(here)[name] ?? "0".repeat(24));
      const body = row.body?.(here);
      const token = tokens[actor];
      const answer = await fetch(stack.urls[row.service] + path, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const { error } = (await answer.json().catch(() => ({}))) as { error?: { code: string } };
      const expected = row.admits.includes(actor) ? "admitted" : actor === "nobody" ? "UNAUTHORIZED" : "FORBIDDEN";
      const refusal = error?.code === "UNAUTHORIZED" || error?.code === "FORBIDDEN" ? error.code : "admitted";
      if (answer.ok && method !== "GET") unchanged = undefined;
      expect({ outcome: refusal, status: answer.status }).toEqual({
        outcome: expected,
        status: expected === "UNAUTHORIZED" ? 401 : expected === "FORBIDDEN" ? 403 : answer.status,
      });
      expect(answer.status).toBeLessThan(500);
    });
  }
});
