import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { type AddressInfo, createServer } from "node:net";
import { ApiError, InvalidAnswerError, NoAnswerError } from "./errors.ts";
import { fetchSender } from "./sending/fetch-sender.ts";
import { kySender } from "./sending/ky-sender.ts";
import { type Call, createTransport } from "./transport.ts";

const Echo = Type.Object({ method: Type.String(), search: Type.String(), type: Type.String(), body: Type.String() });
const closed = { additionalProperties: false };
const envelope = { error: { code: "NOT_FOUND", message: "There is no such thing.", details: { id: "1" } } };
let server: ReturnType<typeof Bun.serve>;
let calls = 0;

beforeAll(() => {
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      calls++;
      const { pathname, search } = new URL(request.url);
      const type = request.headers.get("content-type") ?? "";
      if (pathname === "/echo")
        return Response.json({ method: request.method, search, type, body: await request.text() });
      if (pathname === "/token")
        return Response.json({ method: request.headers.get("authorization"), search, type, body: "" });
      if (pathname === "/refused")
        return Response.json(envelope, { status: 404, headers: { "x-request-id": "r-1", "retry-after": "3" } });
      if (pathname === "/broken") return new Response("<html>", { status: 502 });
      if (pathname === "/later")
        return Response.json({
          method: "GET",
          search: "",
          type: "",
          body: "",
          since: "2.0",
          parts: [{ id: 1, of: "2.0" }],
        });
      if (pathname === "/later-code")
        return Response.json({ error: { ...envelope.error, code: "SOLD_OUT_FOR_GOOD" } }, { status: 409 });
      if (pathname === "/later-refusal")
        return Response.json({ error: { ...envelope.error, status: "lost" }, since: "2.0" }, { status: 404 });
      if (pathname === "/text") return new Response("not json");
      if (pathname === "/elsewhere") return Response.redirect("/echo", 302);
      if (pathname === "/empty") return new Response(null, { status: 204 });
      if (pathname === "/slow") await Bun.sleep(1000);
      if (pathname === "/stalled")
        return new Response(
          new ReadableStream({
            async pull(controller) {
              controller.enqueue(new TextEncoder().encode(" "));
              await Bun.sleep(100);
            },
          }),
        );
      return Response.json({});
    },
  });
});
afterAll(() => server.stop(true));

describe.each([
  ["ky", () => kySender()],
  ["fetch", () => fetchSender()],
])("a transport that sends through %s", (_name, senderOf) => {
  const call = (path: string, more: Partial<Call<typeof Echo>> = {}) =>
    callTo(`http://127.0.0.1:${server.port}/`, path, more);
  const callTo = (baseUrl: string, path: string, more: Partial<Call<typeof Echo>> = {}) =>
    createTransport({ baseUrl, sender: senderOf() }).call({
      method: "GET",
      path,
      answer: Echo,
      ...more,
    });

  test("sends method, query and JSON body, and gives the answer that meets its schema", async () => {
    const { value, status } = await call("/echo", {
      method: "POST",
      query: { name: "a b&c", limit: 2, cursor: undefined },
      body: { text: "é" },
    });
    expect(status).toBe(200);
    expect(value).toEqual({
      method: "POST",
      search: "?name=a+b%26c&limit=2",
      type: "application/json",
      body: '{"text":"é"}',
    });
  });

  test("sends the token", async () => {
    const transport = createTransport({
      baseUrl: `http://127.0.0.1:${server.port}`,
      token: async () => "t1",
      sender: senderOf(),
    });
    expect((await transport.call({ method: "GET", path: "/token", answer: Echo })).value.method).toBe("Bearer t1");
  });

  test("an error envelope is an ApiError with all that it says", async () => {
    const error: unknown = await call("/refused").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 404,
      code: "NOT_FOUND",
      message: "There is no such thing.",
      details: { id: "1" },
      requestId: "r-1",
      retryAfterSeconds: 3,
    });
  });

  test("an error with a code of a later version is one of unknown code, with all else that it says", async () => {
    expect(await call("/later-code").catch((thrown: unknown) => thrown)).toMatchObject({
      status: 409,
      code: "UNKNOWN",
      message: "There is no such thing.",
      details: { id: "1" },
    });
  });

  test.each([Number.POSITIVE_INFINITY, 2 ** 31])("a limit of %d ms is no short one", async (timeoutMs) => {
    expect((await call("/echo", { timeoutMs })).status).toBe(200);
  });

  test("an error without an envelope is one of unknown code", async () => {
    expect(await call("/broken").catch((thrown: unknown) => thrown)).toMatchObject({ status: 502, code: "UNKNOWN" });
  });

  test("an accepted error status is an answer", async () => {
    const answer = Type.Object({ error: Type.Object({ code: Type.String() }, { additionalProperties: true }) });
    const transport = createTransport({ baseUrl: `http://127.0.0.1:${server.port}`, sender: senderOf() });
    const got = await transport.call({ method: "GET", path: "/refused", answer, acceptedStatuses: [404] });
    expect(got.value.error.code).toBe("NOT_FOUND");
  });

  test("what is no JSON or another form is an invalid answer", async () => {
    expect(await call("/text").catch((thrown: unknown) => thrown)).toBeInstanceOf(InvalidAnswerError);
    expect(await call("/nothing").catch((thrown: unknown) => thrown)).toBeInstanceOf(InvalidAnswerError);
  });

  test("fields of a later version are no fault of an answer, wherever they stand", async () => {
    const parts = Type.Array(Type.Object({ id: Type.Number() }, closed));
    const answer = Type.Union([
      Type.Object({ other: Type.Null() }, closed),
      Type.Object({ ...Echo.properties, parts }, closed),
    ]);
    const transport = createTransport({ baseUrl: `http://127.0.0.1:${server.port}`, sender: senderOf() });
    const got = await transport.call({ method: "GET", path: "/later", answer });
    expect(got.value).toMatchObject({ method: "GET", parts: [{ id: 1 }] });
    const refusal: unknown = await call("/later-refusal").catch((thrown: unknown) => thrown);
    expect(refusal).toMatchObject({ code: "NOT_FOUND", status: 404 });
  });

  test("an answer without a body is read when none is expected", async () => {
    const transport = createTransport({ baseUrl: `http://127.0.0.1:${server.port}`, sender: senderOf() });
    const got = await transport.call({ method: "DELETE", path: "/empty", answer: undefined });
    expect(got.status).toBe(204);
  });

  test("a redirect is not followed and nothing is sent twice", async () => {
    calls = 0;
    expect(await call("/elsewhere").catch((thrown: unknown) => thrown)).toBeInstanceOf(NoAnswerError);
    expect(calls).toBe(1);
  });

  test("a late answer is none", async () => {
    const error: unknown = await call("/slow", { timeoutMs: 50 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NoAnswerError);
    expect(error).toMatchObject({ isTimeout: true });
  });

  test("an answer that never ends is cut off", async () => {
    const error: unknown = await call("/stalled", { timeoutMs: 200 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NoAnswerError);
    expect(error).toMatchObject({ isTimeout: true });
  });

  test("a caller that gives up gets no answer", async () => {
    const error: unknown = await call("/slow", { signal: AbortSignal.timeout(50) }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NoAnswerError);
  });

  test("nobody there is no answer, and no time-out", async () => {
    const transport = createTransport({ baseUrl: "http://127.0.0.1:1", sender: senderOf() });
    const error: unknown = await transport
      .call({ method: "GET", path: "/", answer: undefined })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NoAnswerError);
    expect(error).toMatchObject({ isTimeout: false });
  });

  test("a connection that is cut is no answer, and nothing is sent again", async () => {
    await using cut = await cutting("");
    const error: unknown = await callTo(cut.url, "/").catch((thrown: unknown) => thrown);
    expect([error, cut.requests]).toEqual([expect.any(NoAnswerError), 1]);
    expect(error).toMatchObject({ isTimeout: false });
  });

  test("an answered error keeps its status and headers when its body is cut, and a success is none", async () => {
    const head = (status: string) => `HTTP/1.1 ${status}\r\ncontent-length: 100\r\nretry-after: 7\r\n\r\n{`;
    await using away = await cutting(head("503 Service Unavailable"));
    expect(await callTo(away.url, "/").catch((thrown: unknown) => thrown)).toMatchObject({
      name: "ApiError",
      status: 503,
      retryAfterSeconds: 7,
    });
    await using well = await cutting(head("200 OK"));
    expect(await callTo(well.url, "/").catch((thrown: unknown) => thrown)).toBeInstanceOf(NoAnswerError);
  });
});

test.each(["PUT", "DELETE"] as const)("a %s goes once, also when a kept connection is cut", async (method) => {
  let requests = 0;
  const cutSecond = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", () => {
      requests++;
      if (requests === 2) socket.destroy();
      else socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
    });
  });
  await new Promise<void>((resolve) => void cutSecond.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(cutSecond.address() as AddressInfo).port}`;
  const transport = createTransport({ baseUrl, sender: kySender() });
  await transport.call({ method: "GET", path: "/", answer: Type.Object({}) });
  const error: unknown = await transport.call({ method, path: "/", answer: Type.Object({}) }).catch((thrown) => thrown);
  cutSecond.close();
  expect([error, requests]).toEqual([expect.any(NoAnswerError), 2]);
});

/** A server that sends this in answer to each request, and cuts the connection. */
async function cutting(answer: string) {
  const state = { requests: 0 };
  const cutServer = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      state.requests++;
      socket.write(answer, () => setTimeout(() => socket.resetAndDestroy(), 20));
    });
  });
  const port = await new Promise<number>((resolve) => {
    cutServer.listen(0, "127.0.0.1", () => resolve((cutServer.address() as AddressInfo).port));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    get requests() {
      return state.requests;
    },
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => cutServer.close(() => resolve())),
  };
}
