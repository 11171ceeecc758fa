import type { Cursor } from "../model/cursor.ts";
import { DNS_LABEL } from "../model/dns-label.ts";
import type { Resource } from "../model/resource.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import { podsBehind, targetPorts } from "../model/service-address.ts";
import { didYouMean } from "../model/words.ts";
import { printPorts, servingPorts } from "../model/workload.ts";
import type { Problem, Rule } from "../rule.ts";
import { isFilledIn } from "../schema/field-checks.ts";
import { containersOf } from "./iterate.ts";

const SERVICE_NAME = /^(?=.{1,15}$)(?=.*[a-z])(?!.*--)[a-z\d](?:[-a-z\d]*[a-z\d])?$/;
const MAX_PORT = 65_535;
/** What a node opens unless its cluster is set up otherwise. */
const NODE_PORTS = { least: 30_000, most: 32_767 };

const serviceTargetPort: Rule = {
  id: "service-target-port",
  level: "error",
  title: "A Service targets a port that its pods have",
  why: "Calls to the Service fail although the pods are healthy.",
  wrong: "ports: [{ port: 80, targetPort: web }]       # the container's port is called http",
  right: "ports: [{ port: 80, targetPort: http }]",
  *check(set) {
    for (const service of set.ofKind("Service")) {
      const pods = podsBehind(service, set).filter((workload) => servingPorts(workload).length > 0);
      for (const port of service.root.items("spec", "ports")) {
        const target = port.get("targetPort").isSet ? port.get("targetPort") : port.get("port");
        const without = pods.find((workload) => targetPorts(port, workload).length === 0);
        if (without === undefined || target.port === undefined || isFilledIn(String(target.port))) continue;
        const ports = servingPorts(without);
        const names = ports.flatMap(({ name }) => name ?? []);
        const wanted = typeof target.port === "string" ? `"${target.port}"` : String(target.port);
        const sentence = `targetPort ${wanted} is not a port of ${without.resource.title} (has: ${printPorts(ports)})${didYouMean(String(target.port), names)}.`;
        yield { at: target, sentence };
      }
    }
  },
};

const servicePortName: Rule = {
  id: "service-port-name",
  level: "error",
  title: "A Service with several ports names them",
  why: "The API server rejects a Service that has several ports unless each has a name.",
  wrong: "ports: [{ port: 80 }, { port: 9090 }]",
  right: "ports: [{ name: http, port: 80 }, { name: metrics, port: 9090 }]",
  *check(set) {
    for (const { root, title } of set.ofKind("Service")) {
      const ports = root.items("spec", "ports");
      if (ports.length < 2) continue;
      for (const port of ports) {
        if (!port.get("name").isSet)
          yield { at: port, sentence: `${title} has ${ports.length} ports, but this one has no name.` };
      }
    }
  },
};

const portName: Rule = {
  id: "port-name",
  level: "error",
  title: "Port names have a valid form",
  why: "The API server rejects container port names that are longer than 15 characters or contain anything but lower-case letters, digits and single dashes.",
  wrong: "ports: [{ name: http_main, containerPort: 8080 }]",
  right: "ports: [{ name: http-main, containerPort: 8080 }]",
  *check(set) {
    for (const { ports } of containersOf(set)) {
      for (const { cursor, name } of ports) {
        if (name === undefined || isFilledIn(name) || SERVICE_NAME.test(name)) continue;
        const hint = "Use at most 15 lower-case letters, digits and single dashes, with at least one letter.";
        yield { at: cursor.get("name"), sentence: `"${name}" is not a valid name for a container port.`, hint };
      }
    }
    for (const { root } of set.ofKind("Service")) {
      for (const port of root.items("spec", "ports")) {
        const name = port.get("name").text;
        if (name === undefined || isFilledIn(name) || DNS_LABEL.test(name)) continue;
        yield { at: port.get("name"), sentence: `"${name}" is not a valid name for a Service port.` };
      }
    }
  },
};

const portRange: Rule = {
  id: "port-range",
  level: "error",
  title: "Port numbers lie between 1 and 65535, those of nodes between 30000 and 32767",
  why: "The API server rejects any other number; a cluster may be configured with a different node port range.",
  wrong: "ports: [{ containerPort: 80800 }]",
  right: "ports: [{ containerPort: 8080 }]",
  *check(set) {
    for (const at of portNumbers(set)) {
      const { number } = at;
      if (number === undefined || (number >= 1 && number <= MAX_PORT)) continue;
      yield { at, sentence: `${number} is not a port: ports are between 1 and ${MAX_PORT}.` };
    }
    for (const { root } of set.ofKind("Service")) {
      for (const port of root.items("spec", "ports")) {
        const at = port.get("nodePort");
        // None and 0 leave the choice to the cluster.
        const number = at.number || NODE_PORTS.least;
        if (number < NODE_PORTS.least || number > NODE_PORTS.most)
          yield {
            at,
            sentence: `${number} is not a node port: those are between ${NODE_PORTS.least} and ${NODE_PORTS.most}.`,
          };
      }
    }
  },
};

function* portNumbers(set: ResourceSet): Generator<Cursor> {
  for (const { ports } of containersOf(set)) {
    for (const { cursor } of ports) yield* [cursor.get("containerPort"), cursor.get("hostPort")];
  }
  for (const { root } of set.ofKind("Service")) {
    for (const port of root.items("spec", "ports")) yield* [port.get("port"), port.get("targetPort")];
  }
}

const headlessPort: Rule = {
  id: "headless-target-port",
  level: "error",
  title: "A headless Service does not translate ports",
  why: "With clusterIP: None, the name resolves to the pods themselves, so targetPort has no effect: callers must use the container's port.",
  wrong: "clusterIP: None\nports: [{ port: 80, targetPort: 27017 }]",
  right: "clusterIP: None\nports: [{ port: 27017 }]",
  *check(set) {
    for (const service of set.ofKind("Service")) {
      if (service.root.get("spec", "clusterIP").text !== "None") continue;
      for (const port of service.root.items("spec", "ports")) yield* checkHeadless(port, service, set);
    }
  },
};

function* checkHeadless(port: Cursor, service: Resource, set: ResourceSet): Generator<Problem> {
  const named = podsBehind(service, set).flatMap((workload) => targetPorts(port, workload))[0];
  const target = port.get("targetPort").number ?? named?.port;
  const own = port.get("port").number;
  if (target === undefined || own === undefined || target === own) return;
  const sentence = `${service.title} is headless: callers reach port ${own} of the pods, not ${target}.`;
  yield { at: port.get("targetPort"), sentence };
}

export const portRules: readonly Rule[] = [serviceTargetPort, servicePortName, portName, portRange, headlessPort];
