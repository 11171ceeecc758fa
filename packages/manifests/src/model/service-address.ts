import type { Cursor } from "./cursor.ts";
import type { Resource } from "./resource.ts";
import type { ResourceSet } from "./resource-set.ts";
import { closest } from "./words.ts";
import { type ContainerPort, servingPorts, type Workload } from "./workload.ts";

/** A host and port that a connection string names. */
export interface Address {
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
}

/** A Service, and the pods behind it. */
export interface ServiceTarget {
  readonly service: Resource;
  readonly pods: readonly Workload[];
}

const DEFAULT_PORTS: ReadonlyMap<string, number> = new Map([
  ["http", 80],
  ["https", 443],
  ["ws", 80],
  ["wss", 443],
  ["mongodb", 27_017],
  ["postgres", 5432],
  ["postgresql", 5432],
  ["mysql", 3306],
  ["mariadb", 3306],
  ["redis", 6379],
  ["rediss", 6379],
  ["amqp", 5672],
  ["amqps", 5671],
  ["nats", 4222],
]);
const URL_FORM = /^(?<scheme>[a-z][a-z\d.-]*):\/\/(?:[^@/]*@)?(?<hosts>[^/?#]+)/i;

/** The addresses in a connection string (MongoDB's names several hosts); none when it is no URL. */
export function addressesIn(text: string): Address[] {
  const groups = URL_FORM.exec(text)?.groups;
  const scheme = groups?.["scheme"]?.toLowerCase() ?? "";
  const defaultPort = DEFAULT_PORTS.get(scheme);
  if (defaultPort === undefined) return [];
  return (groups?.["hosts"] ?? "").split(",").flatMap((part) => {
    const match = /^([\w.-]+)(?::(\d+))?$/.exec(part);
    return match === null
      ? []
      : [{ scheme, host: match[1] ?? "", port: match[2] === undefined ? defaultPort : Number(match[2]) }];
  });
}

/** Whether a host is the machine, container or pod itself. */
export function isLocalhost(host: string): boolean {
  return host === "localhost" || host === "127.0.0.1";
}

/**
 * The Service that a name means inside the cluster. `"missing"`: the name can only be one of these manifests and no
 * Service has it; `undefined`: a name of the world outside, or of a namespace that others fill.
 */
export function resolveHost(host: string, namespace: string, set: ResourceSet): ServiceTarget | "missing" | undefined {
  if (host === "localhost" || /^[\d.]+$/.test(host)) return undefined;
  const short = host.replace(/\.svc(?:\.cluster\.local)?\.?$/, "");
  const parts = short.split(".");
  const [first = "", second, third] = parts;
  const inNamespace = (name: string, wanted: string): Resource | undefined =>
    // What says no namespace may be applied to any.
    set.find("Service", wanted, name) ?? set.find("Service", "", name);
  const isPod = /-\d+$/.test(first);
  const service =
    parts.length === 1
      ? set.find("Service", namespace, first)
      : parts.length === 2
        ? (inNamespace(first, second ?? "") ?? (isPod ? set.find("Service", namespace, second ?? "") : undefined))
        : isPod
          ? inNamespace(second ?? "", third ?? "")
          : undefined;
  if (service !== undefined)
    return service.kind === "Service" ? { service, pods: podsBehind(service, set) } : undefined;
  if (parts.length === 1) return "missing";
  const [name = "", home = ""] = parts.slice(-2);
  return short !== host && isOfThese(name, home, set) ? "missing" : undefined;
}

/** Whether a Service and its namespace, though there is none, are meant to be one of these manifests. */
function isOfThese(name: string, namespace: string, set: ResourceSet): boolean {
  const known = new Set(set.resources.map((resource) => resource.namespace));
  const isKnown = known.has(namespace) || closest(namespace, known) !== undefined;
  return isKnown || set.ofKind("Service").some((service) => service.name === name);
}

/** The pods that a Service's selector takes. */
export function podsBehind(service: Resource, set: ResourceSet): readonly Workload[] {
  return set.podsByLabels(service.namespace, service.root.texts("spec", "selector"));
}

/** The port of a Service's list with this number. */
export function servicePort(service: Resource, port: number): Cursor | undefined {
  return service.root.items("spec", "ports").find((each) => each.get("port").number === port);
}

/** The container ports that a port of a Service leads to: by name, or by number. */
export function targetPorts(port: Cursor, workload: Workload): readonly ContainerPort[] {
  const target = port.get("targetPort").isSet ? port.get("targetPort").port : port.get("port").number;
  return servingPorts(workload).filter((each) =>
    typeof target === "string" ? each.name === target : each.port === target,
  );
}
