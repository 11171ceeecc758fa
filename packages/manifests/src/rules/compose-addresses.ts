import type { Cursor } from "../model/cursor.ts";
import type { ComposeProject, ComposeService } from "../model/compose.ts";
import { addressesIn, isLocalhost } from "../model/service-address.ts";
import { didYouMean } from "../model/words.ts";
import type { Problem, Rule } from "../rule.ts";
import { wholeProjects } from "./iterate.ts";
import { isBrowserAddress, isOwnAddress } from "./variable-names.ts";

export const composeUrl: Rule = {
  id: "compose-url",
  level: "error",
  title: "Every address in the environment of a compose service belongs to a service",
  why: "The name does not resolve in the compose network, or is localhost, which is the container itself: the service starts, but every call fails.",
  wrong: "environment: { USER_SERVICE_URL: 'http://localhost:3001' }",
  right: "environment: { USER_SERVICE_URL: 'http://user-service:3001' }",
  *check(set) {
    for (const project of wholeProjects(set)) yield* strayAddresses(project);
  },
};

function* strayAddresses(project: ComposeProject): Generator<Problem> {
  const { services, parts, names } = project;
  const shared = services.filter(({ cursor }) => cursor.get("network_mode").isSet);
  for (const service of services) {
    if (shared.some(({ name }) => name === service.name)) continue;
    for (const { name, address, cursor } of service.environment) {
      for (const { host, port } of addressesIn(address ?? "")) {
        const isLocal = isLocalhost(host);
        const called = parts.get(host);
        if (called !== undefined) {
          const reason = !mayMeet(service.name, host, project)
            ? "but the two services share no network"
            : isOfHostAlone(port, called) && "which is its port on the host: containers call the port behind the colon";
          if (!isBrowserAddress(name) && reason !== false)
            yield { at: cursor, sentence: `${name} of ${service.name} calls ${host}:${port}, ${reason}.` };
          continue;
        }
        if ((host.includes(".") && !isLocal) || hasHost(services, host)) continue;
        if (isLocal ? mayBeLocal(name, port, service) : hostsOf(service).includes(host)) continue;
        const reason = isLocal
          ? "is the container itself"
          : `is not a service in compose.yaml${didYouMean(host, names)}`;
        yield { at: cursor, sentence: `${name} of ${service.name} calls ${host}:${port}, which ${reason}.` };
      }
    }
  }
}

/**
 * Whether two services are in one network; those of the host or of another container are taken to be, and so is a service
 * whose name another one has as well.
 */
function mayMeet(name: string, other: string, { services, parts, files }: ComposeProject): boolean {
  const [own, others] = [name, other].map((each) => {
    const cursors = (parts.get(each) ?? []).map(({ cursor }) => cursor);
    if (cursors.some((part) => part.get("network_mode").isSet || part.get("extends").isSet)) return undefined;
    const networks = cursors.flatMap((part) => [...part.fieldNames("networks"), ...part.textItems("networks")]);
    // Two may stand for one that is made elsewhere.
    const realNames = networks.flatMap((network) =>
      files.flatMap(({ root }) => root.get("networks", network, "name").text ?? []),
    );
    return networks.length === 0 ? ["default"] : [...networks, ...realNames];
  });
  if (own === undefined || others === undefined || own.some((network) => others.includes(network))) return true;
  const namesakes = services.filter((each) => each.name !== other);
  return hasHost(namesakes, other);
}

/** Whether a service is published at this port and listens on another. */
function isOfHostAlone(port: number, parts: readonly ComposeService[]): boolean {
  const ports = parts.flatMap((part) => part.ports);
  const exposed = parts.flatMap(({ cursor }) => cursor.items("expose")).map((each) => Number(each.port));
  return (
    ports.some(({ host, container }) => host === port && container !== undefined) &&
    !ports.some(({ container }) => container === port || container === undefined) &&
    !exposed.includes(port)
  );
}

/**
 * What a service tells browsers of itself, which run on this machine, where its port is published; and where it listens or
 * asks itself.
 */
function mayBeLocal(variable: string, port: number, { ports }: ComposeService): boolean {
  return isBrowserAddress(variable) || isOwnAddress(variable) || ports.some(({ host }) => host === port);
}

/** Names that one container alone has for others. */
function hostsOf({ cursor }: ComposeService): string[] {
  const entries = [...cursor.items("extra_hosts"), ...cursor.items("links")];
  const names = entries.flatMap(({ text }) => text?.split(/[:=]/) ?? []);
  return [...names, ...cursor.fieldNames("extra_hosts")];
}

/** Whether a service has that name as its host name, container name or alias. */
function hasHost(services: readonly ComposeService[], host: string): boolean {
  return services.some(
    ({ cursor }) =>
      cursor.get("hostname").text === host ||
      cursor.get("container_name").text === host ||
      aliasesOf(cursor).some(({ text }) => text === host),
  );
}

function aliasesOf(service: Cursor): Cursor[] {
  const networks = service.fields("networks");
  return networks.flatMap(({ cursor }) => cursor.items("aliases"));
}
