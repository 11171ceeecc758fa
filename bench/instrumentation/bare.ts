/**
 * Preloaded into a service, takes its instrumentation out: no scopes, no measurements of requests, no spans. With
 * INSTRUMENTED set it replaces each module by itself, because a process that loads through a plugin runs differently.
 */
import { readFileSync } from "node:fs";

const scope = `
export const currentScope = () => undefined;
export const runInScope = (_scope, work) => work();
export const runOutsideScope = (work) => work();
export const inSpan = (_scope, span, work) => work(span);
export const traceIdOf = (traceparent) => traceparent?.slice(3, 35);
export const newTraceparent = () => undefined;
`;
const answered = `
import { flatLog } from "../logging/logger.ts";
import { requestContext } from "./request-context.ts";
export const afterAnswer = ({ logger }) => {
  const logAccess = flatLog(logger, "request");
  return ({ request, status, route, path }) => {
    const { requestId, startedAt } = requestContext(request);
    const durationMs = Math.round((performance.now() - startedAt) * 100) / 100;
    logAccess({ requestId, method: request.method, path, route, status, durationMs });
  };
};
`;
const pool = `export const poolMetrics = () => () => {};`;
const replaced: Readonly<Record<string, string>> = {
  "telemetry/scope.ts": scope,
  "http/answered.ts": answered,
  "telemetry/database-metrics.ts": pool,
};

Bun.plugin({
  name: "bare",
  setup(build) {
    build.onLoad(
      { filter: /service-kit\/src\/(telemetry\/(scope|database-metrics)|http\/answered)\.ts$/ },
      ({ path }) => {
        if (process.env["INSTRUMENTED"] !== undefined) return { contents: readFileSync(path, "utf8"), loader: "ts" };
        const contents = Object.entries(replaced).find(([name]) => path.endsWith(name))?.[1];
        if (contents === undefined) throw new Error(`nothing replaces ${path}`);
        return { contents, loader: "ts" };
      },
    );
  },
});
