import type { Cursor } from "../model/cursor.ts";
import type { ComposeProject, ComposeService } from "../model/compose.ts";
import { parseImage } from "../model/image.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import { addressesIn } from "../model/service-address.ts";
import { didYouMean } from "../model/words.ts";
import { printPorts, servingPorts, type Workload } from "../model/workload.ts";
import type { Problem, Rule } from "../rule.ts";
import { composeField } from "./compose-fields.ts";
import { composePart } from "./compose-parts.ts";
import { composeClash, composeHealth, composeSource } from "./compose-start.ts";

const BROWSER_ADDRESS = /PUBLIC|EXTERNAL|ORIGIN|CORS|CALLBACK|REDIRECT/i;
const DATABASE_PORTS = new Set([3306, 5432, 6379, 27_017, 27_018, 27_019]);

/** Each compose service beside the workload of the same name. */
function* pairsOf(set: ResourceSet): Generator<{ readonly compose: ComposeService; readonly workload: Workload }> {
  for (const compose of servicesOf(set)) {
    const workload = set.workloadOf(compose.name);
    if (workload !== undefined) yield { compose, workload };
  }
}

const composeService: Rule = {
  id: "compose-service",
  level: "error",
  title: "compose.yaml runs every service that the manifests run",
  why: "What is tried on the developer's machine is not what runs in the cluster.",
  wrong: "services: { user-servce: … }",
  right: "services: { user-service: … }",
  *check(set) {
    const [base] = set.composeProjects.flatMap(({ files }) => files);
    if (base === undefined || set.composeProjects.some(({ isWhole }) => !isWhole)) return;
    const names = set.composeProjects.flatMap((project) => project.names);
    for (const { service } of set.facts.services) {
      if (names.includes(service) || set.workloadOf(service) === undefined) continue;
      const sentence = `compose.yaml has no service ${service}, which the manifests run${didYouMean(service, names)}.`;
      yield { at: base.root.get("services"), sentence };
    }
  },
};

const composePort: Rule = {
  id: "compose-port",
  level: "error",
  title: "Services have the same port in compose.yaml and in the manifests",
  why: "One of the two leads to a port where nobody listens.",
  wrong: "user-service: { ports: ['3001:3000'] }      # containerPort: 3001",
  right: "user-service: { ports: ['3001:3001'] }",
  *check(set) {
    for (const { compose, workload } of pairsOf(set)) {
      const ports = servingPorts(workload);
      for (const { cursor, container } of compose.ports) {
        if (container === undefined || ports.length === 0 || ports.some(({ port }) => port === container)) continue;
        const sentence = `compose.yaml leads to port ${container} of ${compose.name}, the manifests to ${printPorts(ports)}.`;
        yield { at: cursor, sentence };
      }
    }
  },
};

const composePortForm: Rule = {
  id: "compose-port-form",
  level: "error",
  title: "Ports in compose.yaml are ports",
  why: "`compose up` refuses the file.",
  wrong: "ports: ['300x:3001']",
  right: "ports: ['3001:3001']",
  *check(set) {
    for (const { ports } of servicesOf(set)) {
      for (const { cursor, isValid } of ports) {
        if (!isValid)
          yield {
            at: cursor,
            sentence: `${JSON.stringify(cursor.value)} is no port mapping.`,
            hint: 'Write "host:container".',
          };
      }
    }
  },
};

const composePublished: Rule = {
  id: "compose-published",
  level: "warn",
  title: "Databases in compose.yaml are published on this machine only",
  why: "A port without an address is open to the whole network, past the firewall of most machines.",
  wrong: "ports: ['27017:27017']",
  right: "ports: ['127.0.0.1:27017:27017']",
  *check(set) {
    for (const { name, ports } of servicesOf(set)) {
      for (const { cursor, container, host, address } of ports) {
        if (container === undefined || !DATABASE_PORTS.has(container) || host === undefined) continue;
        if (address !== undefined && address !== "0.0.0.0" && address !== "[::]") continue;
        yield {
          at: cursor,
          sentence: `The database ${name} is open to the network on port ${host}.`,
          hint: "Put 127.0.0.1: in front.",
        };
      }
    }
  },
};

const composeImage: Rule = {
  id: "compose-image",
  level: "error",
  title: "compose.yaml and the manifests run the same images",
  why: "What is tried on the developer's machine is not what runs in the cluster.",
  wrong: "image: mongo:7.0.14      # the StatefulSet has mongo:8.0.12",
  right: "image: mongo:8.0.12",
  *check(set) {
    for (const { compose, workload } of pairsOf(set)) {
      const at = compose.cursor.get("image");
      const own = parseImage(at.text ?? "");
      for (const { cursor } of workload.containers) {
        const text = cursor.get("image").text ?? "";
        const other = parseImage(text);
        if (at.text === undefined || at.text.includes("$") || own.name !== other.name || own.tag === other.tag)
          continue;
        yield { at, sentence: `compose.yaml runs ${at.text}, the manifests ${text}.` };
      }
    }
  },
};

const composeDependency: Rule = {
  id: "compose-depends",
  level: "error",
  title: "Services in compose.yaml wait for services that exist",
  why: "`compose up` refuses the file.",
  wrong: "depends_on: [mongodb-usr]",
  right: "depends_on: [mongodb-user]",
  *check(set) {
    for (const { services, names } of wholeProjects(set)) {
      for (const { name, dependencies } of services) {
        for (const at of dependencies) {
          const wanted = dependencyName(at);
          if (names.includes(wanted)) {
            const profiles = missingProfiles(name, wanted, services);
            if (profiles !== undefined)
              yield { at, sentence: `${name} waits for ${wanted}, which only the profile ${profiles} starts.` };
            continue;
          }
          const sentence = `${name} waits for ${wanted}, which is no service of compose.yaml${didYouMean(wanted, names)}.`;
          yield { at, sentence };
        }
      }
    }
  },
};

/** The profiles of a dependency when the service may be started without them. */
function missingProfiles(name: string, other: string, services: readonly ComposeService[]): string | undefined {
  const profilesOf = (service: string): string[] =>
    services
      .filter((each) => each.name === service)
      .flatMap(({ cursor }) => cursor.get("profiles").items())
      .flatMap(({ text }) => text ?? []);
  const [own, wanted] = [profilesOf(name), profilesOf(other)];
  const isStarted = wanted.length === 0 || own.some((profile) => wanted.includes(profile));
  return isStarted ? undefined : wanted.join(" or ");
}

const composeCircle: Rule = {
  id: "compose-circle",
  level: "error",
  title: "Services in compose.yaml do not wait for each other",
  why: "`compose up` refuses the file: none of them could be started first.",
  wrong: "web: { depends_on: [api] }\napi: { depends_on: [web] }",
  right: "web: { depends_on: [api] }\napi: {}",
  *check(set) {
    for (const { services } of set.composeProjects) {
      const seen = new Set<string>();
      for (const { name } of services) {
        const circle = circleFrom([name], services, seen);
        if (circle !== undefined) yield circle;
      }
    }
  },
};

/** The dependency that closes a circle at the end of a way; services of other ways have been `seen`. */
function circleFrom(
  way: readonly string[],
  services: readonly ComposeService[],
  seen: Set<string>,
): Problem | undefined {
  const last = way.at(-1) ?? "";
  if (seen.has(last)) return undefined;
  seen.add(last);
  for (const at of services.filter(({ name }) => name === last).flatMap(({ dependencies }) => dependencies)) {
    const next = dependencyName(at);
    if (way.includes(next)) {
      const circle = [...way.slice(way.indexOf(next)), next].join(", which waits for ");
      return { at, sentence: `${circle}.` };
    }
    const found = circleFrom([...way, next], services, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A dependency is an item of a list, or a key of a map. */
function dependencyName(at: Cursor): string {
  return at.text ?? String(at.path.at(-1));
}

const composeUrl: Rule = {
  id: "compose-url",
  level: "error",
  title: "Every address in the environment of a compose service leads to a service",
  why: "The name is not known in compose's network: the service starts and every call fails.",
  wrong: "environment: { USER_SERVICE_URL: 'http://localhost:3001' }",
  right: "environment: { USER_SERVICE_URL: 'http://user-service:3001' }",
  *check(set) {
    for (const project of wholeProjects(set)) yield* strayAddresses(project);
  },
};

function* strayAddresses({ services, names }: ComposeProject): Generator<Problem> {
  const shared = services.filter(({ cursor }) => cursor.get("network_mode").isSet);
  for (const service of services) {
    if (shared.some(({ name }) => name === service.name)) continue;
    for (const { name, value, cursor } of service.environment) {
      for (const { host, port } of addressesIn(value ?? "")) {
        const isLocal = host === "localhost" || host === "127.0.0.1";
        if (names.includes(host) && !mayMeet(service.name, host, services))
          yield {
            at: cursor,
            sentence: `${name} of ${service.name} asks ${host}:${port}, but the two share no network.`,
          };
        if (names.includes(host) || (host.includes(".") && !isLocal) || hasHost(services, host)) continue;
        if (isLocal ? isForBrowsers(name, port, service) : hostsOf(service).includes(host)) continue;
        const reason = isLocal ? "is the container itself" : `is no service of compose.yaml${didYouMean(host, names)}`;
        yield { at: cursor, sentence: `${name} of ${service.name} asks ${host}:${port}, which ${reason}.` };
      }
    }
  }
}

/** Whether two services are in one network; those of the host or of another container are taken to be. */
function mayMeet(name: string, other: string, services: readonly ComposeService[]): boolean {
  const [own, others] = [name, other].map((each) => {
    const parts = services.filter((service) => service.name === each).map(({ cursor }) => cursor);
    if (parts.some((part) => part.get("network_mode").isSet || part.get("extends").isSet)) return undefined;
    const lists = parts.map((part) => part.get("networks"));
    const networks = lists.flatMap((list) => [
      ...list.fields().map((field) => field.name),
      ...list.items().flatMap(({ text }) => text ?? []),
    ]);
    return networks.length === 0 ? ["default"] : networks;
  });
  return own === undefined || others === undefined || own.some((network) => others.includes(network));
}

function servicesOf({ composeProjects }: ResourceSet): ComposeService[] {
  return composeProjects.flatMap(({ services }) => services);
}

/** Projects whose services are all known: a name that none of them has is a fault there. */
function wholeProjects({ composeProjects }: ResourceSet): ComposeProject[] {
  return composeProjects.filter(({ isWhole }) => isWhole);
}

/** What a service tells browsers of itself: they run on this machine, where its port is published. */
function isForBrowsers(variable: string, port: number, { ports }: ComposeService): boolean {
  return BROWSER_ADDRESS.test(variable) || ports.some(({ host }) => host === port);
}

/** Names that one container alone has for others. */
function hostsOf({ cursor }: ComposeService): string[] {
  const entries = [...cursor.get("extra_hosts").items(), ...cursor.get("links").items()];
  const names = entries.flatMap(({ text }) => text?.split(/[:=]/) ?? []);
  return [
    ...names,
    ...cursor
      .get("extra_hosts")
      .fields()
      .map(({ name }) => name),
  ];
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
  const networks = service.get("networks").fields();
  return networks.flatMap(({ cursor }) => cursor.get("aliases").items());
}

export const composeRules: readonly Rule[] = [
  composeService,
  composePort,
  composePortForm,
  composePublished,
  composeImage,
  composeDependency,
  composeCircle,
  composeHealth,
  composeClash,
  composeSource,
  composeField,
  composePart,
  composeUrl,
];
