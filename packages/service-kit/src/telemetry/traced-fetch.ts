import { currentScope } from "./scope.ts";

type Fetch = (input: Request | URL | string, init?: RequestInit) => Promise<Response>;

/**
 * `fetch` that makes a span of each call within a recorded scope and passes its trace context on (W3C traceparent).
 * Outside of one it is the plain `fetch`.
 */
export const tracedFetch: Fetch = async (input, init) => {
  const { tracer, span: parent } = currentScope() ?? {};
  if (tracer === undefined) return fetch(input, init);
  const request = new Request(input, init);
  const url = new URL(request.url);
  const span = tracer.start(`${request.method} ${url.host}`, {
    kind: "client",
    parent,
    attributes: {
      "http.request.method": request.method,
      "url.full": `${url.origin}${url.pathname}`,
      "server.address": url.hostname,
      "server.port": Number(url.port),
    },
  });
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
};
