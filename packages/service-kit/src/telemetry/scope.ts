import { AsyncLocalStorage } from "node:async_hooks";
import type { Span, Tracer } from "./tracer.ts";

/** What a piece of work belongs to: every log line, span and call to another service made within it carries these. */
export interface Scope {
  readonly requestId: string | undefined;
  /** W3C trace context that calls to other services pass on. */
  readonly traceparent: string | undefined;
  /** Absent while traces are off. */
  readonly tracer?: Tracer | undefined;
  /** The span that new spans are children of. */
  readonly span?: Span | undefined;
}

const storage = new AsyncLocalStorage<Scope>();

/** The scope of the work that is going on; undefined outside any. */
export const currentScope = (): Scope | undefined => storage.getStore();

/** Does work within a scope; without one the scope stays as it is. */
export const runInScope = <Result>(scope: Scope | undefined, work: () => Result): Result =>
  scope === undefined ? work() : storage.run(scope, work);

/** Does work within no scope: for what goes on after the request that set it off. */
export const runOutsideScope = <Result>(work: () => Result): Result =>
  // Leaving what one is not in would still make every later callback carry the storage.
  storage.getStore() === undefined ? work() : storage.exit(work);

/** Does work within a span that was begun already, and ends it with the work. */
export async function inSpan<Result>(scope: Scope, span: Span, work: (span: Span) => Promise<Result>): Promise<Result> {
  try {
    const result = await storage.run({ ...scope, traceparent: span.traceparent, span }, () => work(span));
    span.end();
    return result;
  } catch (error) {
    span.end({ error });
    throw error;
  }
}

/** The trace id within a traceparent; undefined when there is none. */
export const traceIdOf = (traceparent: string | undefined): string | undefined => traceparent?.slice(3, 35);

/**
 * The traceparent of a new trace that nobody records: its id joins log lines.
 * @param uuid of version 4, whose digits it is made of (the 4 keeps both ids from being all zeros)
 */
export function newTraceparent(uuid: string): string {
  const traceId = uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24);
  return `00-${traceId}-${traceId.slice(8, 24)}-00`;
}
