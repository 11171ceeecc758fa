import type { HostPort } from "../config/environment.ts";
import type { Metrics } from "./metrics.ts";

/** Serves GET /metrics, and nothing else, on an address of its own: without a token, for a network of one's own. */
export function metricsListener(address: HostPort | undefined, metrics: Metrics) {
  if (address === undefined) return undefined;
  const { host, port } = address;
  let server: ReturnType<typeof Bun.serve> | undefined;
  return {
    /** Port it listens on; undefined while it does not. */
    get port(): number | undefined {
      return server?.port;
    },
    start(): void {
      server = Bun.serve({
        hostname: host,
        port,
        routes: {
          "/metrics": {
            GET: () => new Response(metrics.read(), { headers: { "content-type": metrics.contentType } }),
          },
        },
        fetch: () => new Response("There is nothing at this path.\n", { status: 404 }),
      });
    },
    async stop(): Promise<void> {
      await server?.stop(true);
    },
  };
}
