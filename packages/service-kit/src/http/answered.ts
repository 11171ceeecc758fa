import { flatLog, type Logger } from "../logging/logger.ts";
import { traceIdOf } from "../telemetry/scope.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { API_PREFIX } from "./api-prefix.ts";
import { type RequestContext, requestContext } from "./request-context.ts";

/** Longest path in the log and in traces, in characters: secrets are looked for in it, in quadratic time at worst. */
const PATH_MAX_LENGTH = 1000;

/** A request that has been answered. */
export interface Answered {
  readonly request: Request;
  readonly status: number;
  /** The route's pattern as the router has it; whatever it says when there was none. */
  readonly route: string;
  readonly path: string;
}

/** Called once for each request, after its answer; it does not throw. */
export type AfterAnswer = (answered: Answered) => void;

/**
 * What happens after each answer: a line in the access log, its measurement, the end of its span.
 * @param routes gives the patterns of all routes, for any other would make series without end
 */
export function afterAnswer(
  { logger, telemetry }: { logger: Logger; telemetry: Telemetry },
  routes: () => readonly { readonly path: string }[],
): AfterAnswer {
  const logAccess = flatLog(logger, "request");
  let patterns: ReadonlyMap<string, string> | undefined;
  return ({ request, status, route, path: whole }) => {
    // A throw in this hook would be an unhandled rejection and could end the process.
    try {
      const path = whole.slice(0, PATH_MAX_LENGTH);
      patterns ??= new Map(routes().map((known) => [known.path, withoutPrefix(known.path)]));
      const context = requestContext(request);
      const durationMs = performance.now() - context.startedAt;
      const pattern = patterns.get(route);
      const { method } = request;
      telemetry.metrics.observeRequest({ method, route: pattern, status, durationSeconds: durationMs / 1000 });
      endSpan(context, { method, pattern, path, status });
      const { requestId, refusal } = context;
      const traceId = traceIdOf(context.traceparent);
      const roundedMs = Math.round(durationMs * 100) / 100;
      const line = { requestId, traceId, method, path, route, status, durationMs: roundedMs };
      if (refusal === undefined) logAccess(line);
      else logger.info({ ...line, ...refusal }, "request");
    } catch {
      // Nothing to log with.
    }
  };
}

function endSpan(
  { span, requestId }: RequestContext,
  { method, pattern, path, status }: { method: string; pattern: string | undefined; path: string; status: number },
): void {
  if (span === undefined) return;
  if (pattern !== undefined) span.rename(`${method} ${pattern}`);
  span.set({
    "http.request.method": method,
    "http.response.status_code": status,
    "url.path": path,
    "request.id": requestId,
    ...(pattern === undefined ? {} : { "http.route": pattern }),
  });
  span.end(status >= 500 ? { error: new Error(`answered ${status}`) } : {});
}

const withoutPrefix = (path: string): string =>
  path.startsWith(`${API_PREFIX}/`) ? path.slice(API_PREFIX.length) : path;
