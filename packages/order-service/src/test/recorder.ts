import type { TcpProxy } from "@pos/testing/tcp-proxy";

/** One request that passed a recorder. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly requestId: string | null;
}

/** An HTTP server between two services that passes everything on, or answers in the other's place. */
export interface Recorder {
  readonly port: number;
  /** Requests since the last call, in order. */
  take(): readonly Recorded[];
  /** From now on answers so itself; undefined passes on again. */
  answer(fault: Fault | undefined): void;
  stop(): Promise<void>;
}

/** An answer in place of the service behind. */
export interface Fault {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/**
 * Puts a recorder between a proxy and the service behind it.
 * @param target address of the service
 */
export function recordBehind(proxy: TcpProxy, target: string): Recorder {
  const made = recorder(target);
  proxy.retarget({ host: "127.0.0.1", port: made.port });
  // Connections that are open already lead past it.
  proxy.cut();
  proxy.restore();
  return made;
}

/** Starts a recorder on a free port of the loopback address. */
function recorder(target: string): Recorder {
  let recorded: Recorded[] = [];
  let fault: Fault | undefined;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const url = new URL(request.url);
      const body = await request.text();
      const { method } = request;
      recorded.push({ method, path: url.pathname, body, requestId: request.headers.get("x-request-id") });
      if (fault !== undefined)
        return new Response(fault.body ?? "", { status: fault.status, headers: fault.headers ?? {} });
      return fetch(target + url.pathname + url.search, {
        method,
        headers: request.headers,
        ...(method === "GET" ? {} : { body }),
      });
    },
  });
  return {
    port: server.port ?? 0,
    take() {
      const taken = recorded;
      recorded = [];
      return taken;
    },
    answer(given) {
      fault = given;
    },
    stop: () => server.stop(true),
  };
}
