import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { connect } from "node:net";
import { testLogger } from "../logger.ts";
import { startStack, type Stack } from "../stack.ts";
import type { Service } from "./access-table.ts";

setDefaultTimeout(120_000);

/** Hostile input against the three real services: each row meets its target, from whatever layer the answer comes. */

const log = testLogger();
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ logger: log.logger });
});
afterAll(() => stack.stop());

interface Hostile {
  service?: Service;
  method?: string;
  path?: string;
  body?: string;
  headers?: Record<string, string>;
  status: number;
  code: string;
  /** Allow of a 405. */
  allow?: string;
}

const product = (fields: string) => `{"name":"Thing","price":1,"stock":1${fields}}`;
const password = "s3cret-never-shown";
const table: Record<string, Hostile> = {
  "a schema violation": { body: '{"name":"Thing"}', status: 400, code: "VALIDATION_ERROR" },
  "malformed JSON": { body: '{"name":', status: 400, code: "VALIDATION_ERROR" },
  NaN: { body: '{"name":"Thing","price":NaN,"stock":1}', status: 400, code: "VALIDATION_ERROR" },
  "text after the JSON": { body: `${product("")} x`, status: 400, code: "VALIDATION_ERROR" },
  "a text for a whole number": {
    body: '{"name":"Thing","price":1,"stock":"7"}',
    status: 400,
    code: "VALIDATION_ERROR",
  },
  "a text for a price": { body: '{"name":"Thing","price":"7","stock":7}', status: 400, code: "VALIDATION_ERROR" },
  "a list for a price": { body: '{"name":"Thing","price":[7],"stock":7}', status: 400, code: "VALIDATION_ERROR" },
  "a price of 1e309": { body: '{"name":"Thing","price":1e309,"stock":1}', status: 400, code: "VALIDATION_ERROR" },
  "a price of 1e308": { body: '{"name":"Thing","price":1e308,"stock":1}', status: 400, code: "VALIDATION_ERROR" },
  "a price of 0": { body: '{"name":"Thing","price":0,"stock":1}', status: 400, code: "VALIDATION_ERROR" },
  "a stock of 2^53 + 1": {
    body: '{"name":"Thing","price":1,"stock":9007199254740993}',
    status: 400,
    code: "VALIDATION_ERROR",
  },
  "half a unit": { body: '{"name":"Thing","price":1,"stock":0.5}', status: 400, code: "VALIDATION_ERROR" },
  "an extra field": { body: product(',"received":5'), status: 400, code: "VALIDATION_ERROR" },
  __proto__: { body: product(',"__proto__":{"role":"admin"}'), status: 400, code: "VALIDATION_ERROR" },
  "constructor.prototype": {
    body: product(',"constructor":{"prototype":{"x":1}}'),
    status: 400,
    code: "VALIDATION_ERROR",
  },
  "a lone surrogate": { body: '{"name":"\\ud800","price":1,"stock":1}', status: 400, code: "VALIDATION_ERROR" },
  NUL: { body: '{"name":"a\\u0000b","price":1,"stock":1}', status: 400, code: "VALIDATION_ERROR" },
  "an operator for an email": {
    service: "user",
    path: "/auth/login",
    body: `{"email":{"$gt":""},"password":"${password}"}`,
    status: 400,
    code: "VALIDATION_ERROR",
  },
  "an operator in the path": {
    service: "order",
    method: "GET",
    path: "/orders/%7B%22$gt%22:%22%22%7D",
    status: 400,
    code: "VALIDATION_ERROR",
  },
  "an id of 12 characters": { method: "GET", path: "/products/abcdefghijkl", status: 400, code: "VALIDATION_ERROR" },
  "an id with NUL": { method: "GET", path: "/products/%00", status: 400, code: "VALIDATION_ERROR" },
  "invalid percent-encoding": { method: "GET", path: "/products/%E0%A4%A", status: 400, code: "VALIDATION_ERROR" },
  "5,000 levels": { body: `{"name":${"[".repeat(5000)}${"]".repeat(5000)}}`, status: 400, code: "VALIDATION_ERROR" },
  "30,000 levels": { body: `${'{"a":'.repeat(30_000)}1${"}".repeat(30_000)}`, status: 400, code: "VALIDATION_ERROR" },
  "a form": {
    body: "name=a",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    status: 415,
    code: "UNSUPPORTED_MEDIA_TYPE",
  },
  "plain text": {
    body: product(""),
    headers: { "content-type": "text/plain" },
    status: 415,
    code: "UNSUPPORTED_MEDIA_TYPE",
  },
  "a multipart form": {
    body: "--x--",
    headers: { "content-type": "multipart/form-data; boundary=x" },
    status: 415,
    code: "UNSUPPORTED_MEDIA_TYPE",
  },
  "257 KiB": { body: product(`,"description":"${"a".repeat(257 * 1024)}"`), status: 413, code: "PAYLOAD_TOO_LARGE" },
  "a wrong path": { method: "GET", path: "/product", status: 404, code: "NOT_FOUND" },
  "a path upwards": { method: "GET", path: "/products/..%2f..%2fetc%2fpasswd", status: 400, code: "VALIDATION_ERROR" },
  "a wrong method": {
    method: "PATCH",
    status: 405,
    code: "METHOD_NOT_ALLOWED",
    allow: "GET, HEAD, POST",
    body: "{}",
  },
  "a wrong method, and a slash at the end": {
    service: "user",
    method: "GET",
    path: "/users/lookup/",
    status: 405,
    code: "METHOD_NOT_ALLOWED",
    allow: "POST",
  },
  "a query field twice": { method: "GET", path: "/products?limit=1&limit=2", status: 400, code: "VALIDATION_ERROR" },
  "a query that is no UTF-8": { method: "GET", path: "/products?name=%ff", status: 400, code: "VALIDATION_ERROR" },
  "a limit of 1001": { method: "GET", path: "/products?limit=1001", status: 400, code: "VALIDATION_ERROR" },
  "a made-up cursor": { method: "GET", path: "/products?cursor=AAAA", status: 400, code: "VALIDATION_ERROR" },
  "a query with an operator": { method: "GET", path: "/products?name[$ne]=x", status: 400, code: "VALIDATION_ERROR" },
};

describe("hostile input", () => {
  test.each(Object.entries(table))(
    "%s",
    async (_name, { service = "product", method = "POST", path = "/products", body, headers, ...expected }) => {
      const answer = await fetch(stack.urls[service] + path, {
        method,
        headers: {
          authorization: `Bearer ${stack.adminToken}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
      });
      const text = await answer.text();
      const allow = answer.headers.get("allow");
      expect({ status: answer.status, code: codeOf(text), ...(allow === null ? {} : { allow }) }).toEqual(expected);
      expect(text).not.toContain('found":');
      expect(text).not.toContain(password);
      expect(text).not.toContain("node_modules");
      expect(answer.headers.get("x-request-id")).toBeString();
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    },
  );

  test("the prototype of nothing was changed, and no secret reached the log", () => {
    expect(({} as Record<string, unknown>)["role"]).toBeUndefined();
    for (const line of log.lines()) {
      expect(line).not.toContain(password);
      expect(line).not.toContain(stack.adminToken);
    }
  });

  test("-0 is stored and answered as 0", async () => {
    const { id } = await stack.admin.products.create({ name: "Zero", description: "", price: 1, stock: -0 });
    expect(Object.is((await stack.admin.products.get(id)).stock, 0)).toBe(true);
  });
});

/** Requests that no well-behaved client can send, over a raw socket. */
const raw: Record<string, { request: string; statuses: readonly number[] }> = {
  TRACE: { request: "TRACE /products HTTP/1.1\r\nHost: localhost\r\n\r\n", statuses: [400, 404, 405, 501] },
  "both Content-Length and Transfer-Encoding": {
    request:
      "POST /products HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    statuses: [400],
  },
  "two Content-Lengths": {
    request: "POST /products HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    statuses: [400],
  },
  "a signed Content-Length": {
    request: "POST /products HTTP/1.1\r\nHost: localhost\r\nContent-Length: +2\r\n\r\n{}",
    statuses: [400],
  },
  "an unknown Transfer-Encoding": {
    request: "POST /products HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n",
    statuses: [400, 501],
  },
  "a folded header": { request: "GET /products HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n c\r\n\r\n", statuses: [400] },
  "a space before the colon": { request: "GET /products HTTP/1.1\r\nHost : localhost\r\n\r\n", statuses: [400] },
  "no Host": { request: "GET /products HTTP/1.1\r\n\r\n", statuses: [400] },
  "a header of 20 KB": {
    request: `GET /products HTTP/1.1\r\nHost: localhost\r\nX-A: ${"a".repeat(20_000)}\r\n\r\n`,
    statuses: [400, 431],
  },
  "HTTP/9.9": { request: "GET /products HTTP/9.9\r\nHost: localhost\r\n\r\n", statuses: [400, 505] },
};

describe("raw sockets", () => {
  test.each(Object.entries(raw))("%s is refused", async (_name, { request, statuses }) => {
    const answer = await exchange(stack.urls.product, request);
    expect(statuses).toContain(Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0));
  });
});

function exchange(url: string, request: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(Number(port), hostname, () => socket.write(request));
    socket.setTimeout(30_000, () => socket.destroy());
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      if (answer.includes("\r\n\r\n")) socket.destroy();
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}

function codeOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { error?: { code?: string } }).error?.code;
  } catch {
    return undefined;
  }
}
