type Environment = Readonly<Record<string, string | undefined>>;

/** A proxy of the environment. */
export interface Proxy {
  /** Address without user and password. */
  readonly address: string;
  /** The variable that names it. */
  readonly variable: string;
}

/**
 * The proxy through which Bun's `fetch` sends a request.
 * @returns undefined where it asks directly, as Node always does
 */
export function proxyOf(url: string, env: Environment): Proxy | undefined {
  const { protocol, hostname, port } = new URL(url);
  if (!("bun" in process.versions)) return undefined;
  const own = protocol === "https:" ? "https_proxy" : "http_proxy";
  const variable = [own, own.toUpperCase(), "all_proxy", "ALL_PROXY"].find((name) => env[name]);
  if (variable === undefined) return undefined;
  const host = hostname.replace(/^\[|\]$/g, "");
  const asked = [host, `${host}:${port || (protocol === "https:" ? 443 : 80)}`];
  if (isExempt(asked, env["no_proxy"] || env["NO_PROXY"] || "")) return undefined;
  const named = env[variable] ?? "";
  const proxy = URL.parse(named.includes("://") ? named : `http://${named}`);
  return proxy === null ? undefined : { address: `${proxy.protocol}//${proxy.host}`, variable };
}

/** @param asked the host, and the host with its port: an entry of the list may be either */
function isExempt(asked: readonly string[], list: string): boolean {
  return list.split(",").some((entry) => {
    const name = entry
      .trim()
      .toLowerCase()
      .replace(/^\*?\./, "");
    return name === "*" || (name !== "" && asked.some((host) => host === name || host.endsWith(`.${name}`)));
  });
}
