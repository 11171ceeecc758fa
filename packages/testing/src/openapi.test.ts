import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { errorStatus } from "@pos/contracts/errors";
import { BODY_MAX_BYTES } from "@pos/contracts/limits";
import { Timestamp } from "@pos/contracts/primitives";
import { once } from "node:events";
import { connect } from "node:net";
import { resolved } from "./api-docs/document.ts";
import { startStack, type Stack } from "./stack.ts";

setDefaultTimeout(120_000);

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

interface Schema {
  type?: string;
  format?: string;
  enum?: string[];
  title?: string;
  example?: unknown;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
}
interface Operation {
  summary?: string;
  operationId?: string;
  security?: unknown[];
  parameters?: {
    name: string;
    in: string;
    required?: boolean;
    description?: string;
    example?: unknown;
    schema: Schema;
  }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<
    string,
    {
      description?: string;
      headers?: Record<string, unknown>;
      content?: Record<string, { schema: Schema; examples?: Record<string, { value: unknown }> }>;
    }
  >;
  "x-access"?: string[];
}
interface Document {
  servers: { url: string }[];
  components: { headers: Record<string, { required?: boolean }>; schemas: Record<string, object> };
  paths: Record<string, Record<string, Operation>>;
}

describe.each(["user", "product", "order"] as const)("the document of %s-service", (name) => {
  const read = () => documentOf(name);

  test("passes an OpenAPI validator", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(
      (await rawDocumentOf(name)) as unknown as Record<string, unknown>,
    );
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined as never });
    expect(validator.version).toBe("3.0");
  });

  test("holds every route of the router, and no other", async () => {
    const documented = Object.entries((await read()).paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const routed = stack.services[name].app.routes
      .filter(({ path }) => !path.startsWith("/api/v1") && !path.startsWith("/swagger"))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
    expect(documented.sort()).toEqual(routed.sort());
  });

  test("names servers at which the service answers", async () => {
    const { servers } = await read();
    // A server's address is relative to that of the document.
    const statuses = servers.map(async ({ url }) => {
      const base = new URL(url, `${stack.urls[name]}/swagger/json`).href;
      return (await fetch(`${base.replace(/\/$/, "")}/health`)).status;
    });
    expect(await Promise.all(statuses)).toEqual([200, 200]);
  });

  test("says of every operation what it does, who may call it, and each answer", async () => {
    const ids = new Set<string>();
    for (const [path, operations] of Object.entries((await read()).paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const where = `${method} ${path}`;
        expect([where, operation.summary]).toEqual([where, expect.stringMatching(/^.{5,}/)]);
        expect(operation["x-access"]?.length).toBeGreaterThan(0);
        expect(operation.security?.length).toBe(operation["x-access"]?.includes("anyone") ? 0 : 1);
        expect([where, operation.operationId]).toEqual([where, expect.stringMatching(/^[a-z]+([A-Z][a-z]+)*$/)]);
        expect([where, ids.has(operation.operationId ?? "")]).toEqual([where, false]);
        ids.add(operation.operationId ?? "");
        const statuses = Object.keys(operation.responses);
        expect([where, statuses.some((status) => status.startsWith("2"))]).toEqual([where, true]);
        for (const status of statuses) {
          expect([where, status, operation.responses[status]?.description]).toEqual([
            where,
            status,
            expect.stringMatching(/./),
          ]);
        }
      }
    }
  });

  // Else a generator of clients makes names up, one for each place: InlineResponse200, ListProducts200ResponseProductsInner.
  test("names every object, union and choice that is sent or answered", async () => {
    const { paths, components } = await rawDocumentOf(name);
    const named = Object.entries(components.schemas).map(([schema, parts]) => [schema, Object.values(parts)]);
    expect(formsOf(paths)).toEqual([]);
    expect(named.filter(([, parts]) => formsOf(parts).some(({ enum: words }) => words === undefined))).toEqual([]);
    expect(Object.keys(components.schemas).filter((schema) => !/^([A-Z][a-z]+)+$/.test(schema))).toEqual([]);
  });

  test("holds no schema and no header that nothing refers to", async () => {
    const { paths, components } = await rawDocumentOf(name);
    const used = JSON.stringify({ paths, components });
    const { schemas, headers } = components;
    const names = Object.entries({ schemas, headers }).flatMap(([kind, parts]) =>
      Object.keys(parts).map((part) => `#/components/${kind}/${part}`),
    );
    expect(names.filter((reference) => !used.includes(`"${reference}"`))).toEqual([]);
  });

  // Swagger UI writes an example into the field and sends it: a list would be filtered by what nobody typed.
  test("explains every parameter, and has an example of those alone that are required", async () => {
    for (const { where, parameters = [] } of operationsOf(await read())) {
      for (const parameter of parameters) {
        expect([where, parameter.name, parameter.description]).toEqual([
          where,
          parameter.name,
          expect.stringMatching(/./),
        ]);
        if (parameter.required === true) continue;
        expect([where, parameter.name, parameter.example ?? parameter.schema.example]).toEqual([
          where,
          parameter.name,
          undefined,
        ]);
      }
    }
  });

  // Else Swagger UI makes one: the largest number that is allowed, and true, one click from being sent.
  test("has an example of every number and every switch of a body", async () => {
    for (const { where, requestBody } of operationsOf(await read())) {
      for (const { schema } of Object.values(requestBody?.content ?? {}))
        expect([where, ...withoutExample(schema)]).toEqual([where]);
    }
  });

  // Else generators for Go and the like make 32-bit floats: a stock of 16,777,217 and a total of 1,234,567.89 are none.
  test("says of every number whether it is whole, and how large it may get", async () => {
    const forms = new Set(numbersOf(await read()).map(({ type, format }) => `${type} ${format}`));
    expect([...forms].sort()).toEqual(["integer int64", "number double"]);
  });

  // Else they are mere texts to a client that is made from the document.
  test("says of points in time that they are", async () => {
    const raw = JSON.stringify(await rawDocumentOf(name));
    const times = [...raw.matchAll(/"(?:at|\w+(?:At|From|Until))":(\{[^{}]*\})/g)];
    expect(times.length).toBeGreaterThan(0);
    expect(times.filter(([, schema]) => !schema?.includes('"format":"date-time"'))).toEqual([]);
    expect(raw).not.toContain(JSON.stringify(Timestamp.pattern));
  });

  // ADR 0004: a service of a later version may answer a field more, and a client that is made from the document reads it.
  test("closes what is sent to it, and leaves open what it answers", async () => {
    for (const { where, requestBody, responses } of operationsOf(await read())) {
      const sent = JSON.stringify(requestBody ?? {});
      expect([where, sent.includes('"type":"object"')]).toEqual([where, sent.includes('"additionalProperties":false')]);
      expect([where, JSON.stringify(responses)]).toEqual([
        where,
        expect.not.stringContaining('"additionalProperties":false'),
      ]);
    }
  });

  test("lists what a query is refused with, and a token that nobody can check", async () => {
    for (const { where, responses, security } of operationsOf(await read())) {
      const [method = "", path = ""] = where.split(" ");
      const answer = await fetch(`${stack.urls[name]}${path}?a=1&a=2`, { method: method.toUpperCase() });
      expect([where, answer.status]).toEqual([where, 400]);
      expect([where, Object.keys(responses)]).toEqual([where, expect.arrayContaining(["400"])]);
      if (security?.length === 1)
        expect([where, Object.keys(responses)]).toEqual([where, expect.arrayContaining(["503"])]);
    }
  });

  test("lists what a DELETE is answered with that brings a body", async () => {
    for (const { where, responses } of operationsOf(await read())) {
      const [method = "", path = ""] = where.split(" ");
      if (method !== "delete") continue;
      for (const body of ["reason=late", new Blob(["{"]).stream()]) {
        const answer = await fetch(`${stack.urls[name]}${path}`, {
          method: "DELETE",
          body,
          headers: { authorization: `Bearer ${stack.adminToken}` },
        });
        expect([where, Object.keys(responses)]).toEqual([where, expect.arrayContaining([String(answer.status)])]);
      }
    }
  });

  test("lists what a GET and a DELETE are answered with whose body is larger than any may be", async () => {
    for (const { where, responses, requestBody } of operationsOf(await read())) {
      if (requestBody !== undefined) continue;
      const status = await announce(stack.urls[name], where);
      expect([where, Object.keys(responses)]).toEqual([where, expect.arrayContaining([status])]);
    }
  });

  test("has one form for all errors, and of each an example for each code that its status can have", async () => {
    for (const { where, responses } of operationsOf(await read())) {
      for (const [status, { content = {} }] of Object.entries(responses)) {
        const examples = content["application/json"]?.examples ?? {};
        const codes = Object.keys(examples);
        expect([where, status, Object.values(examples)]).toEqual([
          where,
          status,
          codes.map((code) => ({ value: { error: { code, message: expect.stringMatching(/./) } } })),
        ]);
        const statuses = codes.map((code) => String(errorStatus[code as keyof typeof errorStatus]));
        expect([where, status, ...statuses]).toEqual([where, status, ...statuses.map(() => status)]);
        if (Number(status) >= 400 && !where.endsWith("/health"))
          expect([where, status, content["application/json"]?.schema.title, codes.length > 0]).toEqual([
            where,
            status,
            "ErrorEnvelope",
            true,
          ]);
      }
    }
  });
});

test("the documents list the headers that answers carry", async () => {
  const documents = {
    user: await documentOf("user"),
    product: await documentOf("product"),
    order: await documentOf("order"),
  };
  const headers = Object.assign({}, ...Object.values(documents).map(({ components }) => components.headers)) as Record<
    string,
    { required?: boolean }
  >;
  const known = Object.keys(headers);
  const seen = new Set<string>();
  const check = async (
    service: keyof typeof documents,
    operation: string,
    { path, ...sent }: { path?: string; body?: unknown; token?: string; headers?: Record<string, string> } = {},
  ) => {
    const [method = "", pattern = ""] = operation.split(" ");
    const answer = await fetch(stack.urls[service] + (path ?? pattern), {
      method,
      headers: {
        ...(sent.token === undefined ? {} : { authorization: `Bearer ${sent.token}` }),
        ...(sent.body === undefined ? {} : { "content-type": "application/json" }),
        ...sent.headers,
      },
      ...(sent.body === undefined ? {} : { body: JSON.stringify(sent.body) }),
    });
    const { paths } = documents[service];
    const listed = Object.keys(paths[pattern]?.[method.toLowerCase()]?.responses[answer.status]?.headers ?? {});
    const carried = known.filter((name) => answer.headers.has(name));
    const promised = listed.filter((name) => headers[name]?.required === true);
    const where = `${operation} ${answer.status}`;
    for (const name of carried) seen.add(name);
    expect([where, carried.filter((name) => !listed.includes(name))]).toEqual([where, []]);
    expect([where, promised.filter((name) => !carried.includes(name))]).toEqual([where, []]);
    return (await answer.json().catch(() => ({}))) as { id: string };
  };
  const { adminToken: token } = stack;
  const customer = await stack.customer();
  const key = { "idempotency-key": crypto.randomUUID() };

  await check("user", "POST /users", { body: { email: "h@example.com", password: "correct horse", name: "H" } });
  await check("user", "POST /users", { body: { email: "h@example.com", password: "correct horse", name: "H" } });
  await check("user", "GET /users/{id}", { path: `/users/${customer.id}`, token });
  await check("user", "GET /users/{id}", { path: `/users/${customer.id}` });
  await check("user", "GET /users", { token });
  for (let tries = 0; tries < 7; tries++)
    await check("user", "POST /auth/login", { body: { email: "nobody@example.com", password: "wrong" } });
  await check("product", "GET /health");
  await check("product", "GET /metrics", { token });

  const { id } = await check("product", "POST /products", { token, body: { name: "Thing", price: 1, stock: 9 } });
  const path = `/products/${id}`;
  await check("product", "GET /products/{id}", { path });
  await check("product", "GET /products/{id}", { path: `/products/${"0".repeat(24)}` });
  await check("product", "GET /products");
  await check("product", "PUT /products/{id}", { path, token, body: { price: 2 } });
  await check("product", "PUT /products/{id}", { path, token, body: { price: 2 }, headers: { "if-match": '"99"' } });
  const adjustment = { path: `${path}/stock-adjustments`, token, body: { delta: 1, reason: "delivery" }, headers: key };
  await check("product", "POST /products/{id}/stock-adjustments", adjustment);
  await check("product", "POST /products/{id}/stock-adjustments", adjustment);

  const placement = { token, body: { userId: customer.id, items: [{ productId: id, quantity: 1 }] }, headers: key };
  const order = await check("order", "POST /orders", placement);
  await check("order", "POST /orders", placement);
  stack.proxies.user.cut();
  await check("order", "POST /orders", { ...placement, headers: {} });
  stack.proxies.user.restore();
  await check("order", "GET /orders/{id}", { path: `/orders/${order.id}`, token });
  await check("order", "GET /orders", { token });
  const move = { path: `/orders/${order.id}/status`, token, body: { status: "processing" } };
  await check("order", "PUT /orders/{id}/status", move);
  await check("product", "DELETE /products/{id}", { path, token });
  expect([...seen].sort()).toEqual(known.sort());
});

type ServiceName = "user" | "product" | "order";
const rawDocumentOf = async (name: ServiceName) =>
  (await (await fetch(`${stack.urls[name]}/swagger/json`)).json()) as Document;
const documentOf = async (name: ServiceName) => resolved(await rawDocumentOf(name));

/** Every schema with fields, alternatives or words of its own, wherever it stands. */
function formsOf(part: unknown): readonly Schema[] {
  if (typeof part !== "object" || part === null) return [];
  const { properties, anyOf, enum: words = [] } = part as Schema;
  const isForm = Array.isArray(anyOf) || words.length > 1 || (properties !== undefined && "type" in part);
  return [...(isForm ? [part as Schema] : []), ...Object.values(part).flatMap(formsOf)];
}

/** The status of a request whose body is announced as too long; `fetch` sends none with a GET. */
async function announce(url: string, operation: string): Promise<string> {
  const [method = "", path = ""] = operation.split(" ");
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const head = [`${method.toUpperCase()} ${path} HTTP/1.1`, `host: ${hostname}`];
  socket.write([...head, `content-length: ${BODY_MAX_BYTES + 1}`, "", ""].join("\r\n"));
  const [answer] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  return String(answer).split(" ")[1] ?? "";
}

/** Every schema of a number, wherever it stands. */
function numbersOf(part: unknown): readonly Schema[] {
  if (typeof part !== "object" || part === null) return [];
  const { type } = part as Schema;
  const isNumber = type === "number" || type === "integer";
  return [...(isNumber ? [part as Schema] : []), ...Object.values(part).flatMap(numbersOf)];
}

/** The names of a schema's numbers and booleans that have no example. */
function withoutExample(schema: Schema, name = ""): readonly string[] {
  const inner = [
    ...Object.entries(schema.properties ?? {}),
    ...[schema.items ?? [], schema.anyOf ?? []].flat().map((part) => [name, part] as const),
  ];
  const isBare = ["number", "integer", "boolean"].includes(schema.type ?? "") && schema.example === undefined;
  return [...(isBare ? [name] : []), ...inner.flatMap(([field, part]) => withoutExample(part, field))];
}

const operationsOf = ({ paths }: Document) =>
  Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ where: `${method} ${path}`, ...operation })),
  );
