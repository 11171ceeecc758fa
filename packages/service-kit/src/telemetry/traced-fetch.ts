import { currentScope } from "./scope.ts";
import type { Span, Tracer } from "./tracer.ts";

/**
 * `fetch` that makes a span of each call within a recorded scope and passes its trace context on (W3C traceparent).
 * Outside of one it is the plain `fetch`.
 */
export const tracedFetch: typeof fetch = Object.assign(
  async (input: Request | URL | string, init?: RequestInit) => {
    const { tracer, span: parent } = currentScope() ?? {};
    if (tracer === undefined) return fetch(input as Request, init);
    const request = new Request(input as Request, init);
    const span = beginCall(tracer, parent, request);
    request.headers.set("traceparent", span.traceparent);
    try {
      const response = await fetch(request);
      span.set({ "http.response.status_code": response.status });
      span.end(response.status >= 500 ? { error: new Error(`answered ${response.status}`) } : {});
      return response;
    } catch (error) {
      span.end({ error });
      throw error;
    }
  },
  { preconnect: fetch.preconnect },
);

function beginCall(tracer: Tracer, parent: Span | undefined, request: Request): Span {
  const { origin, pathname, host, hostname, port } = new URL(request.url);
  return tracer.start(`${request.method} ${host}`, {
    kind: "client",
    parent,
    attributes: {
      "http.request.method": request.method,
      "url.full": origin + pathname,
      "server.address": hostname,
      "server.port": Number(port),
    },
  });
}
