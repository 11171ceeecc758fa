import { type Identity, NOBODY } from "../auth/identity.ts";
import { newTraceparent, type Scope } from "../telemetry/scope.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

/** What the kit knows about a request in progress. */
export interface RequestContext extends Scope {
  readonly requestId: string;
  /** W3C trace context that is passed on to other services: the received one, or one of a new trace. */
  readonly traceparent: string;
  /** `performance.now()` at its begin, in milliseconds. */
  readonly startedAt: number;
  identity: Identity;
  /** Whether the guard has let the request through. */
  admitted: boolean;
  /** What it was refused with; stands in the access log. */
  refusal?: Refusal;
}

/** Why a request was not done. */
export interface Refusal {
  readonly code: string;
  /** What was answered. */
  readonly reason: string;
  /** What was behind a failure of ours; never answered. */
  readonly cause?: string;
}

const contexts = new WeakMap<Request, RequestContext>();
const saneRequestId = /^[\w.:-]{1,128}$/;
/** W3C Trace Context: version ff and ids of zeros alone are invalid. */
const saneTraceparent = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Opens the context of a request; its id is the caller's when that is a sane token, else a new one. */
export function openRequestContext(request: Request, telemetry?: Telemetry): RequestContext {
  const givenId = request.headers.get("x-request-id");
  const givenTrace = request.headers.get("traceparent");
  const uuid = crypto.randomUUID();
  const requestId = givenId !== null && saneRequestId.test(givenId) ? givenId : uuid;
  const received = givenTrace !== null && saneTraceparent.test(givenTrace) ? givenTrace : undefined;
  const span = telemetry?.begin(request.method, { kind: "server", traceparent: received });
  const context: RequestContext = {
    requestId,
    traceparent: span?.traceparent ?? received ?? newTraceparent(uuid),
    tracer: span === undefined ? undefined : telemetry?.tracer,
    span,
    startedAt: performance.now(),
    identity: NOBODY,
    admitted: false,
  };
  contexts.set(request, context);
  return context;
}

/** The context of a request in progress. */
export function requestContext(request: Request): RequestContext {
  return contexts.get(request) ?? openRequestContext(request);
}
