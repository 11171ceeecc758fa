import { isIP } from "node:net";

/** The part of a server that knows a connection's other end. */
interface Connections {
  requestIP(request: Request): { readonly address: string } | null;
}

/** What stands for the address when there is none to be had. */
const UNKNOWN = "unknown";

/**
 * The address that a request came from. X-Forwarded-For is believed only as far as our own proxies wrote it: with
 * `trustedHops` proxies in front, the entry that the outermost of them appended; what stands before it is the caller's
 * own claim.
 */
export function clientAddress(request: Request, server: Connections | null, trustedHops: number): string {
  const peer = server?.requestIP(request)?.address ?? UNKNOWN;
  if (trustedHops === 0) return peer;
  const forwarded = (request.headers.get("x-forwarded-for") ?? "")
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  const claimed = withoutPort(forwarded[Math.max(0, forwarded.length - trustedHops)] ?? "");
  return isIP(claimed) === 0 ? peer : claimed;
}

/** Some proxies append the client's port as well, and brackets around IPv6. */
const withoutPort = (entry: string): string =>
  /^([\d.]+):\d{1,5}$/.exec(entry)?.[1] ?? /^\[([^\]]+)\](?::\d{1,5})?$/.exec(entry)?.[1] ?? entry;

/**
 * What a limit counts by: an IPv4 address, or the /64 network of an IPv6 one, because one host there has 2^64 addresses
 * to choose from.
 */
export function addressKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = address.toLowerCase().split("%", 1)[0]?.split("::") ?? [];
  const groups = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? 0 : tail.split(":").length;
  while (groups.length < 4 && groups.length + after < 8) groups.push("0");
  const network = [...groups, ...(tail?.split(":") ?? [])].slice(0, 4);
  return `${network.map((group) => (Number.parseInt(group, 16) || 0).toString(16)).join(":")}::/64`;
}
