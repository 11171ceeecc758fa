import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { ObjectId } from "mongodb";
import { unknownId } from "../arbitraries.ts";
import { eventually } from "../eventually.ts";
import { testLogger } from "../logger.ts";
import { type Stack, startStack } from "../stack.ts";

setDefaultTimeout(120_000);

const log = testLogger("stack");
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ logger: log.logger });
});
afterAll(() => stack.stop());

type Method = "GET" | "POST" | "PUT" | "DELETE";
interface Sent {
  status: number;
  requestId: string;
  body: { error?: { code: string; message: string; details?: { fields?: { path: string }[] } } };
}

async function send(method: Method, url: string, body?: unknown): Promise<Sent> {
  const requestId = `test-${crypto.randomUUID()}`;
  const answer = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${stack.adminToken}`,
      "x-request-id": requestId,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, requestId, body: text === "" ? {} : (JSON.parse(text) as Sent["body"]) };
}

/** Log entries of one request; the access log is written after the answer, so it may come a moment later. */
const entriesOf = (requestId: string, wanted: number) =>
  eventually(
    () =>
      log
        .lines()
        .filter((line) => line.includes(requestId))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    (entries) => entries.length >= wanted,
  );

const validUser = { email: "someone@example.com", password: "correct horse", name: "Someone" };
const validProduct = { name: "Thing", description: "", price: 1.5, stock: 3 };
const validOrder = { userId: "0".repeat(24), items: [{ productId: "0".repeat(24), quantity: 1 }] };

const wrongFor = {
  text: fc.oneof(
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constant("\0"),
    fc.constant("\ud800"),
    fc.constant([]),
  ),
  number: fc.oneof(fc.string(), fc.boolean(), fc.constant(null), fc.constant({}), fc.integer({ max: -1 })),
  id: fc.oneof(fc.constant("nonsense"), fc.integer(), fc.constant({ $gt: "" }), fc.constant("0".repeat(23))),
};
const invalidRequest = fc.oneof(
  fc
    .tuple(fc.constantFrom("email", "password", "name"), wrongFor.text)
    .map(([field, value]) => ["user", "/users", validUser, field, value] as const),
  fc
    .tuple(fc.constantFrom("name", "description"), wrongFor.text)
    .map(([field, value]) => ["product", "/products", validProduct, field, value] as const),
  fc
    .tuple(fc.constantFrom("price", "stock"), wrongFor.number)
    .map(([field, value]) => ["product", "/products", validProduct, field, value] as const),
  fc
    .tuple(fc.constant("userId"), wrongFor.id)
    .map(([field, value]) => ["order", "/orders", validOrder, field, value] as const),
  fc
    .tuple(fc.constant("items"), fc.oneof(wrongFor.number, fc.constant([])))
    .map(([field, value]) => ["order", "/orders", validOrder, field, value] as const),
  fc.constantFrom(
    ["user", "/users", validUser, "role", "admin"] as const,
    ["product", "/products", validProduct, "received", 5] as const,
    ["order", "/orders", validOrder, "status", "completed"] as const,
  ),
);

// Feature: product-order-system, Property 20: Invalid requests return 400 with error message
test("a body with one field that is wrong is 400 with a message that names the field", async () => {
  await fc.assert(
    fc.asyncProperty(invalidRequest, async ([service, path, valid, field, value]) => {
      const answer = await send("POST", stack.urls[service] + path, { ...valid, [field]: value });
      expect(answer.status).toBe(400);
      expect(answer.body.error?.code).toBe("VALIDATION_ERROR");
      expect(answer.body.error?.message.length).toBeGreaterThan(5);
      expect(answer.body.error?.details?.fields?.some(({ path: at }) => at.startsWith(field))).toBe(true);
    }),
    { numRuns: 200 },
  );
});

// Feature: product-order-system, Property 21: Internal errors return 500 status code
// Feature: product-order-system, Property 19: Error logging includes required metadata
test("a document that breaks its schema is a generic 500, and the log tells time, service and details", async () => {
  const secret = "the inside of our database";
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("name", "price", "stock", "description"),
      fc.oneof(fc.constant({ secret }), fc.constant([secret]), fc.constant(null)),
      async (field, broken) => {
        const { id } = await stack.admin.products.create(validProduct);
        await stack.databases.product.database.db
          .collection("products")
          .updateOne({ _id: new ObjectId(id) }, { $set: { [field]: broken } });
        const answer = await send("GET", `${stack.urls.product}/products/${id}`);
        expect({ status: answer.status, code: answer.body.error?.code }).toEqual({
          status: 500,
          code: "INTERNAL_ERROR",
        });
        expect(JSON.stringify(answer.body)).not.toContain(secret);
        expect(JSON.stringify(answer.body)).not.toContain("stack");
        const logged = (await entriesOf(answer.requestId, 2)).find((entry) => entry["level"] === "error");
        expect(Date.parse(String(logged?.["time"]))).toBeGreaterThan(Date.now() - 60_000);
        expect(logged?.["service"]).toBe("stack");
        const details = logged?.["err"] as { message?: string; stack?: string } | undefined;
        expect(details?.stack).toContain("at ");
        await stack.databases.product.database.db.collection("products").deleteOne({ _id: new ObjectId(id) });
      },
    ),
    { numRuns: 100 },
  );
});

// Feature: product-order-system, Property 22: Request logging includes method, path, and status
// Feature: product-order-system, Property 23: Logs use structured format
test("each request is one line of JSON with its method, path, route and status", async () => {
  const request = fc.oneof(
    unknownId().map((id) => ["GET", "product", `/products/${id}`, "/products/:id", 404] as const),
    unknownId().map((id) => ["DELETE", "user", `/users/${id}`, "/users/:id", 404] as const),
    unknownId().map((id) => ["GET", "order", `/api/v1/orders/${id}`, "/api/v1/orders/:id", 404] as const),
    fc.constant(["GET", "product", "/products", "/products", 200] as const),
    fc.constant(["GET", "user", "/health", "/health", 200] as const),
    fc.stringMatching(/^[a-z]{1,20}$/).map((word) => ["GET", "order", `/nothing/${word}`, undefined, 404] as const),
  );
  await fc.assert(
    fc.asyncProperty(request, async ([method, service, path, route, status]) => {
      const answer = await send(method, stack.urls[service] + path);
      expect(answer.status).toBe(status);
      const entries = await entriesOf(answer.requestId, 1);
      expect(entries).toHaveLength(1);
      expect(entries[0]).toMatchObject({
        method,
        path,
        status,
        level: "info",
        ...(route === undefined ? {} : { route }),
      });
      expect(entries[0]?.["durationMs"]).toBeNumber();
    }),
    { numRuns: 100 },
  );
  for (const line of log.lines()) {
    const entry = JSON.parse(line) as Record<string, unknown>;
    expect(Object.keys(entry)).toEqual(expect.arrayContaining(["time", "level", "service", "msg"]));
    expect(line).not.toContain(stack.adminToken);
    expect(line).not.toContain(validUser.password);
  }
});
