const methods = "GET, HEAD, POST, PUT, DELETE";
const requestHeaders = "authorization, content-type, idempotency-key, if-match, traceparent, x-request-id";
const exposedHeaders = "etag, idempotent-replayed, location, retry-after, x-request-id";

/**
 * Answers of the CORS protocol for an allow list of origins; with an empty list nothing is allowed.
 * @returns headers for a request with this origin, or undefined when it is not on the list
 */
export function corsHeaders(allowed: ReadonlySet<string>, request: Request): Record<string, string> | undefined {
  const origin = request.headers.get("origin");
  if (origin === null || !allowed.has(origin)) return undefined;
  return { "access-control-allow-origin": origin, "access-control-expose-headers": exposedHeaders, vary: "origin" };
}

/** Tells whether a request is a CORS preflight. */
export const isPreflight = (request: Request): boolean =>
  request.method === "OPTIONS" && request.headers.has("origin") && request.headers.has("access-control-request-method");

/** Headers of the answer to a preflight from an allowed origin. */
export const preflightHeaders: Record<string, string> = {
  "access-control-allow-methods": methods,
  "access-control-allow-headers": requestHeaders,
  "access-control-max-age": "600",
};
