import type { Talk } from "../output/talk.ts";
import { clean } from "../output/text.ts";

/**
 * A fetch that tells each request on standard error: method, address, status, milliseconds, request id. Headers and
 * bodies are never shown, because passwords and tokens are in them.
 */
export function tracingFetch(talk: Talk, now: () => number): typeof fetch {
  const traced = async (...parameters: Parameters<typeof fetch>): Promise<Response> => {
    const [input, init] = parameters;
    const { url, method } = input instanceof Request ? input : { url: String(input), method: init?.method ?? "GET" };
    const startedAt = now();
    const line = `→ ${method} ${clean(withoutSecrets(url))}`;
    try {
      const response = await fetch(...parameters);
      const requestId = response.headers.get("x-request-id");
      const id = requestId === null ? "" : `  x-request-id ${clean(requestId)}`;
      talk.trace(`${line}  ${response.status}  ${Math.round(now() - startedAt)} ms${id}`);
      return response;
    } catch (error) {
      const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
      talk.trace(`${line}  no answer (${clean(reason)})  ${Math.round(now() - startedAt)} ms`);
      throw error;
    }
  };
  return Object.assign(traced, { preconnect: fetch.preconnect });
}

function withoutSecrets(address: string): string {
  const url = new URL(address);
  url.username = "";
  url.password = "";
  for (const name of url.searchParams.keys()) {
    if (/token|secret|password|key/i.test(name)) url.searchParams.set(name, "[redacted]");
  }
  return url.href;
}
