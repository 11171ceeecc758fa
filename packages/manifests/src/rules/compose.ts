import { type ComposeService, literalText } from "../model/compose.ts";
import { parseImage } from "../model/image.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import { didYouMean } from "../model/words.ts";
import { printPorts, servingPorts, type Workload } from "../model/workload.ts";
import type { Rule } from "../rule.ts";
import { composeServicesOf } from "./iterate.ts";
import { composeUrl } from "./compose-addresses.ts";
import { composeField } from "./compose-fields.ts";
import { composePart } from "./compose-parts.ts";
import { composeSecret } from "./compose-secrets.ts";
import { composeClash, composeHealth, composeSource } from "./compose-start.ts";
import { composeCircle, composeDependency } from "./compose-waits.ts";

const DATABASE_PORTS = new Set([3306, 5432, 6379, 27_017, 27_018, 27_019]);

/** Each compose service beside the workload of the same name. */
function* pairsOf(set: ResourceSet): Generator<{ readonly compose: ComposeService; readonly workload: Workload }> {
  for (const compose of composeServicesOf(set)) {
    const workload = set.workloadOf(compose.name);
    if (workload !== undefined) yield { compose, workload };
  }
}

const composeService: Rule = {
  id: "compose-service",
  level: "error",
  title: "compose.yaml runs every service that the manifests run",
  why: "The developer tests something else than what runs in the cluster.",
  wrong: "services: { user-servce: … }",
  right: "services: { user-service: … }",
  *check(set) {
    const [base] = set.composeProjects.flatMap(({ files }) => files);
    if (base === undefined || set.composeProjects.some(({ isWhole }) => !isWhole)) return;
    const names = set.composeProjects.flatMap((project) => project.names);
    for (const { service } of set.facts.services) {
      if (names.includes(service) || set.workloadOf(service) === undefined) continue;
      const sentence = `compose.yaml has no service ${service}, but the manifests run it${didYouMean(service, names)}.`;
      yield { at: base.root.get("services"), sentence };
    }
  },
};

const composePort: Rule = {
  id: "compose-port",
  level: "error",
  title: "Services have the same port in compose.yaml and in the manifests",
  why: "One of the two points to a port that nothing listens on.",
  wrong: "user-service: { ports: ['3001:3000'] }      # containerPort: 3001",
  right: "user-service: { ports: ['3001:3001'] }",
  *check(set) {
    for (const { compose, workload } of pairsOf(set)) {
      const ports = servingPorts(workload);
      for (const { cursor, container } of compose.ports) {
        if (container === undefined || ports.length === 0 || ports.some(({ port }) => port === container)) continue;
        const sentence = `compose.yaml uses port ${container} of ${compose.name}, but the manifests use ${printPorts(ports)}.`;
        yield { at: cursor, sentence };
      }
    }
  },
};

const composePortForm: Rule = {
  id: "compose-port-form",
  level: "error",
  title: "Ports in compose.yaml are valid",
  why: "`compose up` rejects the file.",
  wrong: "ports: ['300x:3001']",
  right: "ports: ['3001:3001']",
  *check(set) {
    for (const { ports } of composeServicesOf(set)) {
      for (const { cursor, isValid } of ports) {
        if (!isValid)
          yield {
            at: cursor,
            sentence: `${JSON.stringify(cursor.value)} is not a valid port mapping.`,
            hint: 'Use "host:container".',
          };
      }
    }
  },
};

const composePublished: Rule = {
  id: "compose-published",
  level: "warn",
  title: "Databases in compose.yaml are published on this machine only",
  why: "A port published without an address is open to the whole network and bypasses the firewall on most machines.",
  wrong: "ports: ['27017:27017']",
  right: "ports: ['127.0.0.1:27017:27017']",
  *check(set) {
    for (const { name, ports } of composeServicesOf(set)) {
      for (const { cursor, container, host, address } of ports) {
        if (container === undefined || !DATABASE_PORTS.has(container) || host === undefined) continue;
        if (address !== undefined && address !== "0.0.0.0" && address !== "[::]") continue;
        const sentence = `The database ${name} is open to the network on port ${host}.`;
        yield { at: cursor, sentence, hint: "Prefix the port with 127.0.0.1:." };
      }
    }
  },
};

const composeImage: Rule = {
  id: "compose-image",
  level: "error",
  title: "compose.yaml and the manifests run the same images",
  why: "The developer tests something else than what runs in the cluster.",
  wrong: "image: mongo:7.0.14      # the StatefulSet has mongo:8.0.12",
  right: "image: mongo:8.0.12",
  *check(set) {
    for (const { compose, workload } of pairsOf(set)) {
      const at = compose.cursor.get("image");
      const image = literalText(at);
      const own = parseImage(image ?? "");
      for (const { cursor } of workload.containers) {
        const text = cursor.get("image").text ?? "";
        const other = parseImage(text);
        if (image === undefined || own.name !== other.name || own.tag === other.tag) continue;
        yield { at, sentence: `compose.yaml runs ${image}, but the manifests run ${text}.` };
      }
    }
  },
};

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
  composeSecret,
];
