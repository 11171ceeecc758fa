import type { Cursor } from "./cursor.ts";
import { matchesSelector } from "./labels.ts";
import type { Resource } from "./resource.ts";
import type { ResourceSet } from "./resource-set.ts";
import type { ContainerPort, Workload } from "./workload.ts";

const NAME_LABEL = "kubernetes.io/metadata.name";

type Direction = "Ingress" | "Egress";

/** The policies that restrict a workload in one direction; none means that everything is allowed. */
export function policiesOf(workload: Workload, direction: Direction, set: ResourceSet): Resource[] {
  return set.ofKind("NetworkPolicy").filter(({ root, namespace }) => {
    const isNear = namespace === workload.resource.namespace;
    return (
      isNear &&
      directionsOf(root).includes(direction) &&
      matchesSelector(root.get("spec", "podSelector"), workload.labels)
    );
  });
}

/** `undefined` when the call may pass; else the policies that forbid it. */
export function blockersOf(
  from: Workload,
  to: Workload,
  port: ContainerPort,
  set: ResourceSet,
): { readonly direction: Direction; readonly policies: readonly Resource[] } | undefined {
  for (const direction of ["Egress", "Ingress"] as const) {
    const [own, peer] = direction === "Egress" ? [from, to] : [to, from];
    const policies = policiesOf(own, direction, set);
    const isAllowed = policies.some((policy) =>
      rulesOf(policy, direction).some(
        (rule) =>
          allowsPort(rule, port, protocolOf(port.cursor)) &&
          allowsPeer(rule.get(direction === "Egress" ? "to" : "from"), peer, policy, set),
      ),
    );
    if (policies.length > 0 && !isAllowed) return { direction, policies };
  }
  return undefined;
}

/** Whether the policies let the workload ask for names (port 53, UDP), wherever the cluster's name server is. */
export function mayResolveNames(workload: Workload, set: ResourceSet): boolean {
  const policies = policiesOf(workload, "Egress", set);
  const nameServer: ContainerPort = { cursor: workload.template, name: "dns", port: 53 };
  return (
    policies.length === 0 ||
    policies.some((policy) =>
      rulesOf(policy, "Egress").some((rule) => allowsPort(rule, nameServer, "UDP") && leadsElsewhere(rule, policy)),
    )
  );
}

/** Whether a rule reaches more than the pods beside its policy: the name server is in kube-system. */
function leadsElsewhere(rule: Cursor, { namespace }: Resource): boolean {
  const peers = rule.items("to");
  const isElsewhere = (peer: Cursor): boolean => peer.get("namespaceSelector").isSet || peer.get("ipBlock").isSet;
  return namespace === "kube-system" || peers.length === 0 || peers.some(isElsewhere);
}

function rulesOf({ root }: Resource, direction: Direction): Cursor[] {
  return root.items("spec", direction === "Egress" ? "egress" : "ingress");
}

/** An empty list counts as absent, as in Kubernetes. */
function directionsOf(root: Cursor): string[] {
  const types = root.items("spec", "policyTypes");
  if (types.length > 0) return root.textItems("spec", "policyTypes");
  return root.items("spec", "egress").length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
}

function allowsPort(rule: Cursor, port: ContainerPort, protocol: string): boolean {
  const ports = rule.items("ports");
  return (
    ports.length === 0 ||
    ports.some((each) => {
      const wanted = each.get("port");
      const last = each.get("endPort").number ?? wanted.number;
      if (protocolOf(each) !== protocol) return false;
      if (!wanted.isSet) return true;
      if (wanted.number === undefined) return wanted.text === port.name;
      return port.port !== undefined && port.port >= wanted.number && port.port <= (last ?? wanted.number);
    })
  );
}

function protocolOf(port: Cursor): string {
  return port.get("protocol").text ?? "TCP";
}

function allowsPeer(peers: Cursor, workload: Workload, policy: Resource, set: ResourceSet): boolean {
  const items = peers.items();
  return items.length === 0 || items.some((peer) => matchesPeer(peer, workload, policy, set));
}

/** Address blocks are taken to hold the pods: which addresses those get is not in the manifests. */
function matchesPeer(peer: Cursor, { resource, labels }: Workload, policy: Resource, set: ResourceSet): boolean {
  if (peer.get("ipBlock").isSet) return true;
  const namespaces = peer.get("namespaceSelector");
  const isNear = namespaces.isSet
    ? matchesNamespace(namespaces, resource.namespace, set)
    : resource.namespace === policy.namespace;
  return isNear && (!peer.get("podSelector").isSet || matchesSelector(peer.get("podSelector"), labels));
}

/** A namespace that is made elsewhere may have any labels besides the one that Kubernetes gives it. */
function matchesNamespace(selector: Cursor, namespace: string, set: ResourceSet): boolean {
  const given = { [NAME_LABEL]: namespace === "" ? "default" : namespace };
  const made = set.find("Namespace", "", namespace);
  const labels = { ...made?.root.texts("metadata", "labels"), ...given };
  return (
    (made === undefined && keysOf(selector).some((key) => key !== NAME_LABEL)) || matchesSelector(selector, labels)
  );
}

function keysOf(selector: Cursor): (string | undefined)[] {
  const expressions = selector.items("matchExpressions");
  return [...Object.keys(selector.texts("matchLabels")), ...expressions.map((each) => each.get("key").text)];
}
