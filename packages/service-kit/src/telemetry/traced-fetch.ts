import { currentScope, type Scope } from "./scope.ts";
import type { Span, Tracer } from "./tracer.ts";

/**
 * `fetch` that passes on what the current scope belongs to: x-request-id and the W3C traceparent. Within a recorded
 * scope each call is a span; outside of any scope it is the plain `fetch`.
 */
export const tracedFetch: typeof fetch = Object.assign(
  async (input: Request | URL | string, init?: RequestInit) => {
    const scope = currentScope();
    if (scope === undefined) return fetch(input, init);
    if (scope.tracer === undefined && typeof input === "string" && isPlain(init?.headers)) {
      return fetch(input, { ...init, headers: { ...init?.headers, ...headersOf(scope) } });
    }
    const request = new Request(input as Request, init);
    if (scope.requestId !== undefined) request.headers.set("x-request-id", scope.requestId);
    if (scope.traceparent !== undefined) request.headers.set("traceparent", scope.traceparent);
    if (scope.tracer === undefined) return fetch(request);
    const span = beginCall(scope.tracer, scope.span, request);
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

/** Without a span no `Request` has to be made. */
function isPlain(headers: RequestInit["headers"]): headers is Record<string, string> | undefined {
  return !(headers instanceof Headers) && !Array.isArray(headers);
}

const headersOf = ({ requestId, traceparent }: Scope) => ({
  ...(requestId === undefined ? {} : { "x-request-id": requestId }),
  ...(traceparent === undefined ? {} : { traceparent }),
});

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
