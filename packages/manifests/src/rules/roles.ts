import type { Cursor } from "../model/cursor.ts";
import type { Resource } from "../model/resource.ts";
import { closest } from "../model/words.ts";
import type { Problem, Rule } from "../rule.ts";

/** The resources of the groups that Kubernetes itself serves and that roles speak of most. */
const GROUPS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    "": [
      ...["bindings", "componentstatuses", "configmaps", "endpoints", "events", "limitranges", "namespaces", "nodes"],
      ...["persistentvolumeclaims", "persistentvolumes", "pods", "podtemplates", "replicationcontrollers"],
      ...["resourcequotas", "secrets", "serviceaccounts", "services"],
    ],
    apps: ["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"],
    autoscaling: ["horizontalpodautoscalers"],
    batch: ["cronjobs", "jobs"],
    "coordination.k8s.io": ["leases"],
    "discovery.k8s.io": ["endpointslices"],
    "networking.k8s.io": ["ingressclasses", "ingresses", "networkpolicies"],
    policy: ["poddisruptionbudgets"],
    "rbac.authorization.k8s.io": ["clusterrolebindings", "clusterroles", "rolebindings", "roles"],
  }),
);

const roleRule: Rule = {
  id: "role-rule",
  level: "error",
  title: "Every rule of a role grants something",
  why: "The API server rejects a role without verbs or groups. A role that names a resource in the wrong group is accepted but grants nothing: the first API call is forbidden.",
  wrong: 'rules: [{ apiGroups: [""], resources: [deployments], verbs: [get] }]',
  right: "rules: [{ apiGroups: [apps], resources: [deployments], verbs: [get] }]",
  *check(set) {
    for (const role of set.ofKind("Role", "ClusterRole")) {
      for (const rule of role.root.items("rules")) yield* faultsOf(rule, role);
    }
  },
};

function* faultsOf(rule: Cursor, role: Resource): Generator<Problem> {
  const isForUrls = rule.items("nonResourceURLs").length > 0;
  const wanted = isForUrls ? ["verbs"] : ["verbs", "apiGroups", "resources"];
  const missing = wanted.filter((field) => rule.items(field).length === 0);
  if (missing.length > 0)
    yield { at: rule, sentence: `This rule of ${role.title} has no ${missing.join(" and no ")}.` };
  else if (isForUrls && role.kind === "Role") {
    const sentence = `${role.title} grants nonResourceURLs, which only a ClusterRole can do.`;
    yield { at: rule.get("nonResourceURLs"), sentence };
  } else yield* strangers(rule, role);
}

/** Resources that none of the rule's groups has; other groups than those of Kubernetes may have any. */
function* strangers(rule: Cursor, { root, title }: Resource): Generator<Problem> {
  const groups = rule.textItems("apiGroups");
  if (!groups.every((group) => GROUPS.has(group))) return;
  const known = groups.flatMap((group) => GROUPS.get(group) ?? []);
  for (const at of rule.items("resources")) {
    const name = at.text?.split("/", 1)[0] ?? "*";
    if (name === "*" || known.includes(name)) continue;
    const home = [...GROUPS].find(([, resources]) => resources.includes(name))?.[0];
    const guess = home === undefined ? closest(name, known) : undefined;
    const isGranted = home !== undefined && root.items("rules").some((other) => grants(other, name, home));
    if ((home === undefined && guess === undefined) || isGranted) continue;
    const sentence = `${title} grants ${name} of the group ${groups.map((group) => `"${group}"`).join(" and ")}, which has no such resource.`;
    yield {
      at,
      sentence,
      hint: home === undefined ? `Did you mean ${guess}?` : `This resource is in the group "${home}".`,
    };
  }
}

function grants(rule: Cursor, name: string, group: string): boolean {
  const [groups, names] = [rule.textItems("apiGroups"), rule.textItems("resources")];
  return (groups.includes(group) || groups.includes("*")) && (names.includes(name) || names.includes("*"));
}

export const roleRules: readonly Rule[] = [roleRule];
