import { inSpan, runOutsideScope, type Scope } from "./scope.ts";
import type { Attributes, Span } from "./tracer.ts";

/** Work that is done once for several requests. */
export interface SharedWork {
  readonly name: string;
  /** One per item, in order; undefined for items that belong to nothing. */
  readonly scopes: readonly (Scope | undefined)[];
  readonly attributes?: Attributes;
}

/**
 * Does work once for several scopes. Its span, with the spans of everything it does, stands in the trace of the first
 * recorded scope; the trace of every other one gets a span of the same length that links to it. When none is recorded
 * the work is done in no scope: whatever it logs belongs to nobody alone.
 */
export function doShared<Result>(
  { name, scopes, attributes }: SharedWork,
  work: () => Promise<Result>,
): Promise<Result> {
  // Mostly nobody records: then the work is done at once, and in no scope, for carrying one through a driver costs time.
  if (!scopes.some(isRecorded)) return runOutsideScope(work);
  const [first, ...others] = new Set(scopes.filter(isRecorded));
  if (first?.tracer === undefined) return work();
  const links = others.flatMap((scope) => scope?.span ?? []);
  const span = first.tracer.start(name, {
    parent: first.span,
    links,
    ...(attributes === undefined ? {} : { attributes }),
  });
  const shares = others.flatMap(
    (scope) => scope?.tracer?.start(`${name} (shared)`, { parent: scope.span, links: [span] }) ?? [],
  );
  return inSpan(first, span, work).finally(() => endAll(shares));
}

const isRecorded = (scope: Scope | undefined): boolean => scope?.tracer !== undefined;

function endAll(spans: readonly Span[]): void {
  for (const span of spans) span.end();
}
