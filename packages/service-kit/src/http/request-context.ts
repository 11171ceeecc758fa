import { type Identity, NOBODY } from "../auth/identity.ts";

/** What the kit knows about a request in progress. */
export interface RequestContext {
  readonly requestId: string;
  /** W3C trace context as received, passed on to other services; undefined when there was none. */
  readonly traceparent: string | undefined;
  /** `performance.now()` at its begin, in milliseconds. */
  readonly startedAt: number;
  identity: Identity;
  /** Whether the guard has let the request through. */
  admitted: boolean;
}

const contexts = new WeakMap<Request, RequestContext>();
const saneRequestId = /^[\w.:-]{1,128}$/;
const saneTraceparent = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Opens the context of a request; its id is the caller's when that is a sane token, else a new one. */
export function openRequestContext(request: Request): RequestContext {
  const givenId = request.headers.get("x-request-id");
  const traceparent = request.headers.get("traceparent");
  const context: RequestContext = {
    requestId: givenId !== null && saneRequestId.test(givenId) ? givenId : crypto.randomUUID(),
    traceparent: traceparent !== null && saneTraceparent.test(traceparent) ? traceparent : undefined,
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

/** The trace id within a traceparent, for logs. */
export function traceId(context: RequestContext): string | undefined {
  return context.traceparent?.slice(3, 35);
}
