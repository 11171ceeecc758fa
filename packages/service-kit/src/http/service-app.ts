import { FormatRegistry } from "@sinclair/typebox";
import { type AnyElysia, Elysia, type ErrorContext, type PreContext } from "elysia";
import type { TokenVerifier } from "../auth/token-verifier.ts";
import type { HealthMonitor } from "../health/health.ts";
import { operationRoutes, type ProcessFacts } from "../health/routes.ts";
import type { Logger } from "../logging/logger.ts";
import type { DocumentInfo } from "../swagger/document.ts";
import { swaggerRoutes } from "../swagger/routes.ts";
import { runInScope, traceIdOf } from "../telemetry/scope.ts";
import { Telemetry } from "../telemetry/telemetry.ts";
import { allowedMethods } from "./allowed-methods.ts";
import { afterAnswer, type AfterAnswer } from "./answered.ts";
import { API_PREFIX } from "./api-prefix.ts";
import type { AppError } from "./app-error.ts";
import { corsHeaders, isPreflight, preflightHeaders } from "./cors.ts";
import { answerOf, envelopeOf, headersOf, refusalOf } from "./error-answer.ts";
import { refuseLargeBody } from "./json-body.ts";
import { openRequestContext, type RequestContext, requestContext } from "./request-context.ts";

// A query's number is written in digits; the framework would take whatever JavaScript makes a number of, like 0x10.
FormatRegistry.Set("numeric", (text) => /^\d+$/.test(text));

/** What every service's app is built from. */
export interface ServiceAppTools {
  readonly logger: Logger;
  readonly verifier: TokenVerifier;
  readonly health: HealthMonitor;
  readonly facts: ProcessFacts;
  readonly corsOrigins: readonly string[];
  readonly document: DocumentInfo;
  /** Own measurements and no traces when absent. */
  readonly telemetry?: Telemetry;
}

/** Headers of every answer. A route that serves a page or an asset replaces them. */
const securityHeaders = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-site",
  "x-frame-options": "DENY",
  "cache-control": "no-store",
};

/**
 * The app of a service: request id, limits, error envelope, access log, security headers and CORS around its features,
 * health, meta and Swagger page. Every route is served at its path and under /api/v1.
 * @param features makes the routes of the service; called once for each prefix
 */
export function createServiceApp(features: () => AnyElysia, tools: ServiceAppTools) {
  const { logger, health, corsOrigins, document } = tools;
  const telemetry = tools.telemetry ?? new Telemetry(tools.facts);
  const { metrics } = telemetry;
  const routes = () => new Elysia({ normalize: false }).use(features()).use(operationRoutes({ ...tools, metrics }));
  // Else the path is looked for from the 12th character of the URL on: too late for a host of three or fewer.
  const app = new Elysia({ normalize: false, handler: { standardHostname: false } });
  const answered = afterAnswer({ logger, telemetry }, () => app.routes);
  app
    .wrap(inItsScope(telemetry))
    .onRequest(atArrival({ health, origins: new Set(corsOrigins), answered }))
    .onError(envelopes(logger, () => app.routes))
    .onAfterResponse(({ request, set, route, path }) => {
      answered({ request, status: Number(set.status ?? 200), route, path });
    })
    .use(swaggerRoutes(routes(), document))
    .use(routes())
    .use(versioned(routes()));
  return app;
}

/**
 * Around everything else: what a request sets off, hooks and log lines included, happens in its scope. A read that nobody
 * records calls nobody either: it does without, for a scope that follows it everywhere costs 3 µs.
 */
const inItsScope =
  (telemetry: Telemetry): Parameters<Elysia["wrap"]>[0] =>
  (handle, request) => {
    const context = openRequestContext(request, telemetry);
    if (request.method === "GET" && context.span === undefined) return handle;
    return (incoming: Request) => runInScope(context, () => handle(incoming));
  };

/** Sets the headers of every answer, answers preflights and refuses a body that says it is too large. */
const atArrival =
  ({ health, origins, answered }: { health: HealthMonitor; origins: ReadonlySet<string>; answered: AfterAnswer }) =>
  ({ request, set }: Pick<PreContext, "request" | "set">): Response | undefined => {
    const context = requestContext(request);
    Object.assign(set.headers, securityHeaders);
    set.headers["x-request-id"] = context.requestId;
    // A balancer keeps open connections to the end, which would then cut a request that is on its way.
    if (health.isDraining) set.headers["connection"] = "close";
    if (origins.size > 0) {
      const cors = corsHeaders(origins, request);
      Object.assign(set.headers, cors);
      if (cors !== undefined && isPreflight(request)) {
        Object.assign(set.headers, preflightHeaders);
        // No other hook follows an answer that is given here.
        answered({ request, status: 204, route: "", path: new URL(request.url).pathname });
        return new Response(null, { status: 204 });
      }
    }
    refuseLargeBody(request);
    return undefined;
  };

/** Answers whatever was thrown with its envelope, and logs what nobody expected. */
function envelopes(logger: Logger, routes: () => AnyElysia["routes"]) {
  let methodsOf: ((path: string) => readonly string[]) | undefined;
  return ({
    error: thrown,
    request,
    set,
    path,
  }: Pick<ErrorContext, "request" | "set" | "path"> & { error: unknown }) => {
    methodsOf ??= allowedMethods(routes());
    const { error, isBug } = answerOf(thrown, {
      method: request.method,
      allowed: methodsOf(path),
      url: request.url,
    });
    const context = requestContext(request);
    if (isBug) logBug(logger, error, context);
    context.refusal = refusalOf(error);
    set.status = error.status;
    Object.assign(set.headers, headersOf(error));
    return envelopeOf(error);
  };
}

/** The same routes under /api/v1. */
const versioned = (routes: AnyElysia) =>
  new Elysia({ prefix: API_PREFIX, normalize: false })
    .onAfterHandle(({ set }) => {
      const { location } = set.headers;
      // A gateway may let these paths through and no others.
      if (location !== undefined) set.headers["location"] = API_PREFIX + location;
    })
    .use(routes);

function logBug(logger: Logger, error: AppError, context: RequestContext): void {
  const ids = { requestId: context.requestId, traceId: traceIdOf(context.traceparent) };
  logger.error({ ...ids, code: error.code, err: error.cause ?? error }, error.message);
}
