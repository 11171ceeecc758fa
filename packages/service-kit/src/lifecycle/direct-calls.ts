/** The environment of a process, as Bun's `fetch` reads it anew at each call. */
export type MutableEnvironment = Record<string, string | undefined>;

/**
 * Keeps calls to the `http:` addresses of a configuration from the proxy that the environment names: engines put
 * HTTP_PROXY into every container, and a proxy would read the tokens and secrets of such a call, or not know its host.
 * To an `https:` address a proxy only makes a tunnel.
 */
export function callDirectly(config: object, env: MutableEnvironment): void {
  const hosts = Object.values(config).flatMap((value: unknown) => {
    const url = typeof value === "string" ? URL.parse(value) : null;
    return url?.protocol === "http:" ? [url.host] : [];
  });
  if (hosts.length === 0) return;
  // Bun prefers the small letters, unless they are empty.
  const exempt = [env["no_proxy"] || env["NO_PROXY"], ...new Set(hosts)].filter(Boolean).join(",");
  for (const name of ["no_proxy", "NO_PROXY"]) env[name] = exempt;
}
