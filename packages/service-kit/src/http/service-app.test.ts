import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { errors } from "@pos/contracts/errors";
import { BODY_MAX_BYTES, BODY_MAX_DEPTH } from "@pos/contracts/limits";
import { ClosedObject, Text, WholeNumber } from "@pos/contracts/primitives";
import { eventually } from "@pos/testing/eventually";
import { testLogger } from "@pos/testing/logger";
import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { connect } from "node:net";
import { access } from "../auth/access.ts";
import type { TokenVerifier } from "../auth/token-verifier.ts";
import { createHealthMonitor } from "../health/health.ts";
import { Telemetry } from "../telemetry/telemetry.ts";
import { AppError, unavailable } from "./app-error.ts";
import { readJsonBody } from "./json-body.ts";
import { createServiceApp } from "./service-app.ts";

const log = testLogger("kit");
/** What was logged of a request; its access line comes a moment after its answer. */
const loggedOf = (requestId: string) =>
  eventually(
    () => log.entries().filter((entry) => entry["requestId"] === requestId),
    (entries) => entries.some(({ msg }) => msg === "request"),
  );
const own = "65f1c0ffee0123456789abcd";
const verifier: TokenVerifier = {
  async verify(token) {
    if (token === "admin") return { subject: "f".repeat(24), role: "admin" };
    if (token === "service") return { subject: "order-service", role: "service" };
    if (token === "customer") return { subject: own, role: "customer" };
    throw new AppError("UNAUTHORIZED", "no");
  },
};
const feature = () =>
  new Elysia({ normalize: false })
    .use(access(verifier))
    .post(
      "/things/:id",
      ({ body, status, identity, set, params }) => {
        set.headers["location"] = `/things/${params.id}`;
        return status(201, { ...body, by: identity.subject });
      },
      {
        access: ["self", "admin"],
        params: ClosedObject({ id: Type.String({ pattern: "^[0-9a-f]{24}$" }) }),
        body: ClosedObject({
          name: Text({ minLength: 1, maxLength: 3 }),
          units: Type.Optional(WholeNumber({ minimum: 0, maximum: 10 })),
          price: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
        }),
        response: {
          201: ClosedObject(
            {
              name: Text({ maxLength: 3 }),
              units: Type.Optional(Type.Number()),
              price: Type.Optional(Type.Number()),
              by: Type.String(),
            },
            { description: "Made" },
          ),
          ...errors(400, 401, 403, 415),
        },
      },
    )
    .get("/things", ({ query }) => ({ limit: query.limit ?? 0 }), {
      access: "anyone",
      query: ClosedObject({
        limit: Type.Optional(WholeNumber({ minimum: 1, maximum: 9 })),
        name: Type.Optional(Text({ maxLength: 9 })),
      }),
      response: { 200: ClosedObject({ limit: Type.Number() }, { description: "List" }), ...errors(400) },
    })
    .get(
      "/broken",
      () => {
        throw Object.assign(new Error("the secret inside"), { code: "NOT_FOUND" });
      },
      { access: "anyone" },
    )
    .get(
      "/away",
      () => {
        throw unavailable("Something is away.", new Error("http://other did not answer in time"));
      },
      { access: "anyone" },
    )
    .get("/odd", () => ({ limit: "the secret inside" }) as unknown as { limit: number }, {
      access: "anyone",
      response: { 200: ClosedObject({ limit: Type.Number() }) },
    });

const telemetry = new Telemetry({ service: "kit", version: "1" });
const app = createServiceApp(feature, {
  telemetry,
  logger: log.logger,
  verifier,
  health: createHealthMonitor("kit", []),
  facts: { service: "kit", version: "1", environmentNames: [], port: () => 0 },
  corsOrigins: ["https://shop.example"],
  document: { title: "Kit", version: "1", description: "Test" },
});
let url = "";
beforeAll(() => {
  app.listen({ hostname: "127.0.0.1", port: 0, maxRequestBodySize: 64 * 1024 * 1024 });
  url = `http://127.0.0.1:${app.server?.port}`;
});
afterAll(() => app.stop());

const json = { "content-type": "application/json" };
async function call(
  method: string,
  path: string,
  options: {
    token?: string;
    body?: string | Uint8Array<ArrayBuffer> | ReadableStream;
    headers?: Record<string, string>;
  } = {},
) {
  const answer = await fetch(url + path, {
    method,
    ...(options.body === undefined ? {} : { body: options.body }),
    headers: {
      ...(options.body === undefined ? {} : json),
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    },
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, code: codeOf(text) };
}
function codeOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { error?: { code?: string } }).error?.code;
  } catch {
    return undefined;
  }
}

describe("access", () => {
  test.each([
    ["nobody", undefined, own, 401, "UNAUTHORIZED"],
    ["a wrong token", "x", own, 401, "UNAUTHORIZED"],
    ["a service", "service", own, 403, "FORBIDDEN"],
    ["a customer on a foreign id", "customer", "0".repeat(24), 403, "FORBIDDEN"],
    ["a customer on a malformed id", "customer", "zz", 400, "VALIDATION_ERROR"],
  ] as const)("refuses %s before it reads the body", async (_who, token, id, status, code) => {
    const answer = await call("POST", `/things/${id}`, { ...(token === undefined ? {} : { token }), body: "{broken" });
    expect({ status: answer.status, code: answer.code }).toEqual({ status, code });
    expect(answer.headers.get("www-authenticate") !== null).toBe(status === 401);
  });
  test.each(["", "/api/v1"])("admits the owner and the administrator under %p", async (prefix) => {
    const mine = await call("POST", `${prefix}/things/${own}`, { token: "customer", body: '{"name":"abc"}' });
    expect([mine.status, mine.text]).toEqual([201, JSON.stringify({ name: "abc", by: own })]);
    const admin = await call("POST", `${prefix}/things/${own}`, { token: "admin", body: '{"name":"😀😀😀"}' });
    expect(admin.status).toBe(201);
  });
});

describe("bodies", () => {
  const deep = `${'{"name":'.repeat(1)}${"[".repeat(5000)}${"]".repeat(5000)}}`;
  test.each([
    ["malformed JSON", '{"name":', 400],
    ["trailing text", '{"name":"a"} x', 400],
    ["an empty body", "", 400],
    ["a text for a number", '{"name":"a","units":"5"}', 400],
    ["an unknown field", '{"name":"a","role":"admin"}', 400],
    ["a lone surrogate", '{"name":"\\ud800"}', 400],
    ["NUL", '{"name":"\\u0000"}', 400],
    ["a number beyond doubles", '{"name":"a","units":1e309}', 400],
    ["too many code points", '{"name":"😀😀😀😀"}', 400],
    ["5,000 levels", deep, 400],
    ["257 KiB", `{"name":"${"a".repeat(257 * 1024)}"}`, 413],
  ])("refuses %s", async (_what, body, status) => {
    const answer = await call("POST", `/things/${own}`, { token: "admin", body, headers: json });
    expect(answer.status).toBe(status);
    expect(answer.code).toBe(status === 413 ? "PAYLOAD_TOO_LARGE" : "VALIDATION_ERROR");
    expect(answer.text).not.toContain("found");
  });
  test("refuses an oversized chunked body in the envelope", async () => {
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(64 * 1024).fill(32));
        if (++sent === 6) controller.close();
      },
    });
    let sent = 0;
    const answer = await call("POST", `/things/${own}`, { token: "admin", body: stream });
    expect([answer.status, answer.code]).toEqual([413, "PAYLOAD_TOO_LARGE"]);
  });
  test("is refused by its announced length, before any of it has come", async () => {
    const head = ["POST /things/x HTTP/1.1", "host: localhost", "content-type: application/json"];
    const socket = connect(Number(app.server?.port), "127.0.0.1");
    socket.write([...head, `content-length: ${BODY_MAX_BYTES + 1}`, "", ""].join("\r\n"));
    let answer = "";
    for await (const chunk of socket) {
      answer += String(chunk);
      if (answer.includes("\r\n\r\n")) break;
    }
    expect(answer).toStartWith("HTTP/1.1 413 ");
  });
  test("may nest as deep as the limit, and brackets in a text are no levels", async () => {
    const read = (body: string) =>
      readJsonBody(new Request("http://localhost", { method: "POST", headers: json, body }));
    const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
    expect(JSON.stringify(await read(nested(BODY_MAX_DEPTH)))).toBe(nested(BODY_MAX_DEPTH));
    expect(await read(nested(BODY_MAX_DEPTH + 1)).catch((error: unknown) => error)).toBeInstanceOf(AppError);
    const text = `\\"${"[{".repeat(BODY_MAX_DEPTH)}`;
    expect(await read(JSON.stringify({ text }))).toEqual({ text });
  });
  test("refuses invalid UTF-8", async () => {
    const body = new Uint8Array([...new TextEncoder().encode('{"name":"'), 0xff, ...new TextEncoder().encode('"}')]);
    expect((await call("POST", `/things/${own}`, { token: "admin", body })).status).toBe(400);
  });
  test.each(["application/x-www-form-urlencoded", "text/plain", "application/json; charset=latin1"])(
    "refuses %s",
    async (type) => {
      const answer = await call("POST", `/things/${own}`, {
        token: "admin",
        body: "name=a",
        headers: { "content-type": type },
      });
      expect([answer.status, answer.code]).toEqual([415, "UNSUPPORTED_MEDIA_TYPE"]);
    },
  );
  test("refuses a compressed one as such, and takes one that says it is none", async () => {
    const body = '{"name":"a"}';
    const gzipped = { ...json, "content-encoding": "gzip" };
    const answer = await call("POST", `/things/${own}`, {
      token: "admin",
      body: Bun.gzipSync(body),
      headers: gzipped,
    });
    expect([answer.status, answer.code]).toEqual([415, "UNSUPPORTED_MEDIA_TYPE"]);
    expect(answer.text).toContain("Content-Encoding");
    expect((await call("POST", `/things/${own}`, { token: "admin", body, headers: gzipped })).status).toBe(415);
    const identity = { ...json, "content-encoding": "identity" };
    expect((await call("POST", `/things/${own}`, { token: "admin", body, headers: identity })).status).toBe(201);
  });
  test.each(["-0", "-0.0", "-1e-400", "-1E-400"])("reads %s as 0", async (zero) => {
    const request = new Request("http://localhost", { method: "POST", headers: json, body: `{"units":${zero}}` });
    expect(await readJsonBody(request)).toStrictEqual({ units: 0 });
  });
  test("names the field that is wrong", async () => {
    const answer = await call("POST", `/things/${own}`, { token: "admin", body: '{"name":"a","units":11}' });
    expect(JSON.parse(answer.text)).toEqual({
      error: {
        code: "VALIDATION_ERROR",
        message: "units (body) must be a whole number from 0 up to 10.",
        details: { in: "body", fields: [{ path: "units", message: "must be a whole number from 0 up to 10" }] },
      },
    });
  });
});

test.each(["", "/api/v1"])("what was made under %p is found under it", async (prefix) => {
  const path = `${prefix}/things/${own}`;
  const made = await call("POST", path, { token: "customer", body: '{"name":"a"}' });
  expect([made.status, made.headers.get("location")]).toEqual([201, path]);
});

test.each(["0", "10", "1.5", "-0", "x", "0x5", "5e0", "5.0", "%205", "5%20", "+5", "%2B5", ""])(
  "a query's number that must not be %s is named",
  async (limit) => {
    const message = "must be a whole number from 1 up to 9";
    expect(JSON.parse((await call("GET", `/things?limit=${limit}`)).text)).toEqual({
      error: {
        code: "VALIDATION_ERROR",
        message: `limit (query) ${message}.`,
        details: { in: "query", fields: [{ path: "limit", message }] },
      },
    });
  },
);

describe("every answer", () => {
  test.each([
    ["GET", "/nope", 404, "NOT_FOUND", null],
    ["GET", "/swagger/unused", 404, "NOT_FOUND", null],
    ["DELETE", "/things", 405, "METHOD_NOT_ALLOWED", "GET, HEAD"],
    ["PUT", `/things/${own}`, 405, "METHOD_NOT_ALLOWED", "POST"],
    ["GET", "/broken", 500, "INTERNAL_ERROR", null],
    ["GET", "/odd", 500, "INTERNAL_ERROR", null],
    ["GET", "/things?limit=0", 400, "VALIDATION_ERROR", null],
    ["GET", "/things?limit=x", 400, "VALIDATION_ERROR", null],
    ["GET", "/things?limt=1", 400, "VALIDATION_ERROR", null],
    ["GET", "/things?limit=1&limit=2", 400, "VALIDATION_ERROR", null],
    ["GET", "/things?name=%ff", 400, "VALIDATION_ERROR", null],
    ["GET", "/things?name=%ED%A0%80", 400, "VALIDATION_ERROR", null],
    ["GET", "/things?name=%C3%A9%C3", 400, "VALIDATION_ERROR", null],
    ["GET", "/things?name=100%&%ff=1", 400, "VALIDATION_ERROR", null],
  ] as const)("%s %s is %d in the envelope", async (method, path, status, code, allow) => {
    const answer = await call(method, path);
    expect([answer.status, answer.code, answer.headers.get("allow")]).toEqual([status, code, allow]);
    expect(answer.text).not.toContain("secret");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });
  test.each(["100%", "100%25", "5%-off", "%F0%9F%98%80%c3%a9"])("takes the text %s of a query", async (text) => {
    expect((await call("GET", `/things?name=${text}`)).status).toBe(200);
  });
  test("carries the request id it was given, or one of its own when that is not sane", async () => {
    expect((await call("GET", "/things", { headers: { "x-request-id": "abc-1" } })).headers.get("x-request-id")).toBe(
      "abc-1",
    );
    for (const id of ["a b", "a".repeat(129)])
      expect((await call("GET", "/nope", { headers: { "x-request-id": id } })).headers.get("x-request-id")).toMatch(
        /^[0-9a-f-]{36}$/,
      );
  });
  test("is of its path, however short the name of the host is", async () => {
    for (const host of ["a", "api", "api.example"]) {
      expect((await call("GET", "/things", { headers: { host } })).status).toBe(200);
      expect((await call("GET", "/abc/things", { headers: { host } })).status).toBe(404);
    }
  });
  test("belongs to the trace that it was given, or to one of its own when that is none", async () => {
    const [trace, span] = ["1".repeat(32), "2".repeat(16)];
    const traceOf = async (requestId: string, traceparent: string) => {
      await call("GET", "/things", { headers: { traceparent, "x-request-id": requestId } });
      return (await loggedOf(requestId))[0]?.["traceId"];
    };
    expect(await traceOf("trace-0", `00-${trace}-${span}-01`)).toBe(trace);
    const invalid = [`00-${"0".repeat(32)}-${span}-01`, `00-${trace}-${"0".repeat(16)}-01`, `ff-${trace}-${span}-01`];
    for (const [index, traceparent] of invalid.entries())
      expect(await traceOf(`trace-${index + 1}`, traceparent)).not.toBe(traceparent.slice(3, 35));
  });
  test("whose answer breaks its schema leaves in the log what is wrong, and nothing of the answer", async () => {
    await call("GET", "/odd", { headers: { "x-request-id": "odd" } });
    const entries = await loggedOf("odd");
    expect(entries).toHaveLength(2);
    const logged = JSON.stringify(entries);
    expect(logged).toContain("limit must be a number");
    expect(logged).not.toContain("secret");
  });
  test("answers HEAD like GET without a body", async () => {
    const answer = await call("HEAD", "/things?limit=3");
    expect([answer.status, answer.text]).toEqual([200, ""]);
  });
  test("allows listed origins only", async () => {
    const preflight = { "access-control-request-method": "POST" };
    const good = await call("OPTIONS", "/things", { headers: { origin: "https://shop.example", ...preflight } });
    expect([good.status, good.headers.get("access-control-allow-origin")]).toEqual([204, "https://shop.example"]);
    const bad = await call("OPTIONS", "/things", { headers: { origin: "https://evil.example", ...preflight } });
    expect(bad.headers.get("access-control-allow-origin")).toBeNull();
  });
  test("lets a browser send and read every header that the routes know", async () => {
    const origin = "https://shop.example";
    const preflight = await call("OPTIONS", "/things", { headers: { origin, "access-control-request-method": "PUT" } });
    const list = (answer: typeof preflight, header: string) => answer.headers.get(header)?.split(", ").toSorted();
    const sent = ["authorization", "content-type", "idempotency-key", "if-match", "traceparent", "x-request-id"];
    expect(list(preflight, "access-control-allow-headers")).toEqual(sent);
    expect(list(preflight, "access-control-allow-methods")).toEqual(["DELETE", "GET", "HEAD", "POST", "PUT"]);
    const answer = await call("GET", "/things", { headers: { origin } });
    const readable = ["etag", "idempotent-replayed", "location", "retry-after", "x-request-id"];
    expect(list(answer, "access-control-expose-headers")).toEqual(readable);
    // The answer for one origin must not be taken for that of another.
    expect(answer.headers.get("vary")).toBe("origin");
  });
  test("before another of a browser is logged and measured too", async () => {
    const preflight = { origin: "https://shop.example", "access-control-request-method": "POST" };
    await call("OPTIONS", "/things", { headers: { ...preflight, "x-request-id": "preflight" } });
    expect(await loggedOf("preflight")).toMatchObject([{ method: "OPTIONS", path: "/things", status: 204 }]);
    const measured = 'http_server_request_duration_seconds_count{method="OPTIONS",route="other",status="204"}';
    expect(telemetry.metrics.read()).toContain(measured);
  });
  test("that failed on our side is logged with what was behind it, which the caller is not told", async () => {
    const answer = await fetch(`${url}/away`, { headers: { "x-request-id": "away-1" } });
    expect([answer.status, await answer.text()]).toEqual([503, expect.not.stringContaining("http://other")]);
    await fetch(`${url}/things?limit=0`, { headers: { "x-request-id": "away-2" } });
    expect((await loggedOf("away-1"))[0]).toMatchObject({
      code: "SERVICE_UNAVAILABLE",
      reason: "Something is away.",
      cause: "http://other did not answer in time",
    });
    expect((await loggedOf("away-2"))[0]).not.toHaveProperty("cause");
  });

  test("is logged as one JSON object, errors with their cause", async () => {
    await call("GET", "/broken?x=1", { headers: { "x-request-id": "log-me" } });
    const entries = await loggedOf("log-me");
    expect(entries.map((entry) => entry["level"]).sort()).toEqual(["error", "info"]);
    expect(entries.find((entry) => entry["level"] === "info")).toMatchObject({
      method: "GET",
      path: "/broken",
      route: "/broken",
      status: 500,
      service: "kit",
    });
    expect(JSON.stringify(entries)).toContain("the secret inside");
  });

  test("is logged with its path up to 1,000 characters, so that no search for secrets takes long", async () => {
    await call("GET", `/${"eyJ-".repeat(3000)}`, { headers: { "x-request-id": "long-path" } });
    const [logged] = await loggedOf("long-path");
    expect(logged?.["path"]).toBe(`/${"eyJ-".repeat(3000)}`.slice(0, 1000));
  });
});

describe("swagger", () => {
  test("serves a document without the plugin's page or the prefixed routes", async () => {
    const answer = await call("GET", "/swagger/json");
    const document = JSON.parse(answer.text) as { paths: Record<string, Record<string, Record<string, unknown>>> };
    expect(Object.keys(document.paths).sort()).toEqual([
      "/away",
      "/broken",
      "/health",
      "/meta",
      "/metrics",
      "/odd",
      "/things",
      "/things/{id}",
    ]);
    expect(document.paths["/things/{id}"]?.["post"]).toMatchObject({
      security: [{ bearer: [] }],
      "x-access": ["self", "admin"],
    });
  });
  test("serves its page and assets from this host", async () => {
    const page = await call("GET", "/swagger");
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(page.headers.get("content-security-policy")).toContain("script-src 'self'");
    for (const [, path] of page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
      expect((await call("GET", path ?? "")).status).toBe(200);
    }
  });
});

test("a health check may say in its query what no document names: monitors and balancers do", async () => {
  for (const query of ["", "?checks=none", "?t=1767268800", "?checks=none&probe=balancer"])
    expect([query, (await call("GET", `/health${query}`)).status]).toEqual([query, 200]);
  expect((await call("GET", "/health?checks=some")).status).toBe(400);
});
