import type { Cursor } from "../model/cursor.ts";
import { matchesSelector, printLabels } from "../model/labels.ts";
import { blockersOf, mayResolveNames, policiesOf } from "../model/network.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import { addressesIn, resolveHost, servicePort, type ServiceTarget, targetPorts } from "../model/service-address.ts";
import { didYouMean } from "../model/words.ts";
import { type Container, isLasting, servingPorts, type Workload } from "../model/workload.ts";
import type { Problem, Rule } from "../rule.ts";
import { isFilledIn } from "../schema/field-checks.ts";
import { titleOf, variablesOfContainers } from "./iterate.ts";
import { serviceLocalhost } from "./own-address.ts";

interface Call {
  readonly container: Container;
  readonly variable: string;
  readonly at: Cursor;
  readonly host: string;
  readonly port: number;
  readonly target: ServiceTarget | "missing";
}

/** Every address inside the cluster that a container's environment names. */
function* callsOf(set: ResourceSet): Generator<Call> {
  for (const { container, variable } of variablesOfContainers(set)) {
    const { name, value, at } = variable;
    for (const { host, port } of addressesIn(value ?? "")) {
      const target = resolveHost(host, container.workload.resource.namespace, set);
      if (target !== undefined) yield { container, variable: name, at, host, port, target };
    }
  }
}

const serviceUrl: Rule = {
  id: "service-url",
  level: "error",
  title: "Every address in the environment belongs to a Service",
  why: "The name does not resolve in the cluster, or the Service does not have the port: the container starts, but every call fails.",
  wrong: "env: [{ name: USER_SERVICE_URL, value: 'http://user-servise:3001' }]",
  right: "env: [{ name: USER_SERVICE_URL, value: 'http://user-service:3001' }]",
  *check(set) {
    for (const { container, variable, at, host, port, target } of callsOf(set)) {
      if (target === "missing") {
        const guess = didYouMean(host, set.namesOf("Service", container.workload.resource.namespace));
        const sentence = `${variable} names the host ${host}, but there is no Service of that name${guess}.`;
        yield { at, sentence };
        continue;
      }
      const ports = target.service.root.items("spec", "ports");
      const numbers = ports.map((each) => String(each.get("port").value));
      if (target.service.root.get("spec", "type").text === "ExternalName") continue;
      if (servicePort(target.service, port) === undefined) {
        const sentence = `${variable} calls ${host} on port ${port}, but ${target.service.title} has the ports ${numbers.join(", ") || "none"}.`;
        yield { at, sentence };
      }
    }
  },
};

const networkBlocked: Rule = {
  id: "network-blocked",
  level: "error",
  title: "Network policies let services call each other",
  why: "The call times out, and no log says that a policy dropped it.",
  wrong:
    "kind: NetworkPolicy\nspec: { podSelector: { matchLabels: { app: db } }, policyTypes: [Ingress] }      # web calls db",
  right: "spec: { …, ingress: [{ from: [{ podSelector: { matchLabels: { app: web } } }], ports: [{ port: 27017 }] }] }",
  *check(set) {
    const seen = new Set<string>();
    for (const { container, variable, port: number, target } of callsOf(set)) {
      if (target === "missing") continue;
      const from = container.workload;
      const port = servicePort(target.service, number);
      for (const to of port === undefined ? [] : target.pods) {
        const containerPort = port === undefined ? undefined : targetPorts(port, to)[0];
        const blockers = containerPort === undefined ? undefined : blockersOf(from, to, containerPort, set);
        const policy = blockers?.policies[0];
        const key = `${from.resource.title} ${to.resource.title} ${number}`;
        if (policy === undefined || from === to || seen.has(key)) continue;
        seen.add(key);
        const way = blockers?.direction === "Egress" ? "egress" : "ingress";
        const sentence = `${policy.title} blocks ${way} traffic from ${from.resource.title} to ${to.resource.title} on port ${containerPort?.port} (${variable}).`;
        yield { at: policy.root.get("metadata", "name"), sentence };
      }
    }
  },
};

const networkNames: Rule = {
  id: "network-dns",
  level: "error",
  title: "Pods with restricted egress may resolve names",
  why: "Without port 53, no Service name resolves: every call fails with `getaddrinfo`.",
  wrong: "policyTypes: [Egress]\negress: [{ to: [{ podSelector: … }], ports: [{ port: 3001 }] }]",
  right: "egress: [{ ports: [{ port: 53, protocol: UDP }, { port: 53, protocol: TCP }] }, …]",
  *check(set) {
    const seen = new Set<Workload>();
    for (const { container } of callsOf(set)) {
      const { workload } = container;
      if (seen.has(workload) || mayResolveNames(workload, set)) continue;
      seen.add(workload);
      const policy = policiesOf(workload, "Egress", set)[0];
      const sentence = `The ${titleOf(container)} calls Services by name, but no policy allows DNS (port 53).`;
      if (policy !== undefined) yield { at: policy.root.get("metadata", "name"), sentence };
    }
  },
};

const policySelector: Rule = {
  id: "network-selector",
  level: "error",
  title: "Network policies select pods that exist",
  why: "A policy that matches no pods protects nothing, and a peer that matches no pods allows no traffic: neither does what it says.",
  wrong: "podSelector: { matchLabels: { app: wbe } }",
  right: "podSelector: { matchLabels: { app: web } }",
  *check(set) {
    for (const { root, namespace, title } of set.ofKind("NetworkPolicy")) {
      const pods = set.podsIn(namespace);
      const peers = ["ingress", "egress"]
        .flatMap((field) => root.items("spec", field))
        .flatMap((rule) => [...rule.items("from"), ...rule.items("to")]);
      const near = peers.filter((peer) => !peer.get("namespaceSelector").isSet).map((peer) => peer.get("podSelector"));
      for (const selector of [root.get("spec", "podSelector"), ...near]) {
        const wanted = selector.texts("matchLabels");
        const isEmpty = Object.keys(wanted).length === 0 && selector.items("matchExpressions").length === 0;
        if (isEmpty || pods.some(({ labels }) => matchesSelector(selector, labels))) continue;
        if (set.mayBeOperated(namespace, wanted)) continue;
        yield { at: selector, sentence: `${title} selects pods with ${printLabels(wanted)}, but there are none.` };
      }
    }
  },
};

const policyPort: Rule = {
  id: "network-port",
  level: "error",
  title: "Network policies open ports that the pods have",
  why: "Policies refer to the ports of pods, not of Services: a policy that opens the Service's port has no effect. A range that ends before it begins is rejected.",
  wrong: "ingress: [{ ports: [{ port: 80 }] }]      # the container listens on 8080",
  right: "ingress: [{ ports: [{ port: 8080 }] }]",
  *check(set) {
    for (const { root, namespace, title } of set.ofKind("NetworkPolicy")) {
      yield* portRanges(root, title);
      const selector = root.get("spec", "podSelector");
      const pods = set
        .podsBySelector(namespace, selector)
        .filter((workload) => isLasting(workload) && servingPorts(workload).length > 0);
      const known = new Set(pods.flatMap(servingPorts).flatMap(({ name, port }) => [name, port]));
      if (pods.length === 0) continue;
      for (const port of root.items("spec", "ingress").flatMap((rule) => rule.items("ports"))) {
        const at = port.get("port");
        if (at.port === undefined || known.has(at.port) || port.get("endPort").isSet) continue;
        const names = pods.map(({ resource }) => resource.title).join(", ");
        yield { at, sentence: `${title} opens port ${String(at.port)}, which no container of ${names} has.` };
      }
    }
  },
};

/** A range of ports does not end before it begins, and does not begin with a name. */
function* portRanges(root: Cursor, title: string): Generator<Problem> {
  const rules = ["ingress", "egress"].flatMap((field) => root.items("spec", field));
  for (const range of rules.flatMap((rule) => rule.items("ports"))) {
    const [at, first] = [range.get("endPort"), range.get("port")];
    if (at.number === undefined || at.number >= (first.number ?? Number.POSITIVE_INFINITY)) continue;
    if (isFilledIn(first.text ?? "")) continue;
    const sentence = `${title} opens the ports ${String(first.port ?? "")} to ${at.number}, which is not a range.`;
    yield { at, sentence };
  }
}

const policyType: Rule = {
  id: "network-type",
  level: "error",
  title: "A network policy has the types of its rules",
  why: "Rules for a direction that policyTypes leaves out have no effect: that traffic stays unrestricted.",
  wrong: "policyTypes: [Ingress]\negress: [{ to: […] }]",
  right: "policyTypes: [Ingress, Egress]\negress: [{ to: […] }]",
  *check(set) {
    for (const { root, title } of set.ofKind("NetworkPolicy")) {
      const types = root.items("spec", "policyTypes");
      const names = types.map(({ text }) => text);
      for (const type of types.length === 0 ? [] : ["Ingress", "Egress"]) {
        const at = root.get("spec", type.toLowerCase());
        if (at.items().length === 0 || names.includes(type)) continue;
        const sentence = `${title} has rules for ${at.path.at(-1)}, but its policyTypes do not include ${type}.`;
        yield { at, sentence, hint: `Add ${type} to policyTypes.` };
      }
    }
  },
};

export const networkRules: readonly Rule[] = [
  serviceUrl,
  serviceLocalhost,
  networkBlocked,
  networkNames,
  policySelector,
  policyPort,
  policyType,
];
