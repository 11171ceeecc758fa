import { type Cursor, isRecord } from "../model/cursor.ts";
import { type Labels, matchesSelector, printLabels } from "../model/labels.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import type { Rule } from "../rule.ts";

const selectorTemplate: Rule = {
  id: "selector-template",
  level: "error",
  title: "A workload's selector matches its own pods",
  why: "The API server rejects a Deployment, StatefulSet or DaemonSet whose selector does not match its own pods.",
  wrong: "selector: { matchLabels: { app: web } }\ntemplate: { metadata: { labels: { app: wbe } } }",
  right: "selector: { matchLabels: { app: web } }\ntemplate: { metadata: { labels: { app: web } } }",
  *check(set) {
    for (const { resource, labels } of set.workloads) {
      if (!["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].includes(resource.kind)) continue;
      const selector = resource.root.get("spec", "selector");
      if (isRecord(selector.value) && Object.keys(selector.value).length === 0)
        yield { at: selector, sentence: `The selector of ${resource.title} is empty: it matches every pod.` };
      if (!selector.isSet || matchesSelector(selector, labels)) continue;
      const wanted = selector.texts("matchLabels");
      const wrong = Object.keys(wanted).find((name) => labels[name] !== wanted[name]);
      yield {
        at: wrong === undefined ? selector : selector.get("matchLabels", wrong),
        sentence: `The selector of ${resource.title} does not match its own pods, which have ${printLabels(labels)}.`,
        hint: "Give the pod template the labels of the selector.",
      };
    }
  },
};

const serviceSelector: Rule = {
  id: "service-selector",
  level: "error",
  title: "A Service selects pods",
  why: "A Service whose selector matches no pods has no endpoints: every call to it is refused, and no event or log says why.",
  wrong: "kind: Service\nspec: { selector: { app: wbe } }      # the pods have app=web",
  right: "kind: Service\nspec: { selector: { app: web } }",
  *check(set) {
    for (const { root, namespace, title } of set.ofKind("Service")) {
      const selector = root.get("spec", "selector");
      const wanted = selector.texts();
      if (Object.keys(wanted).length === 0 || set.podsByLabels(namespace, wanted).length > 0) continue;
      if (set.mayBeOperated(namespace, wanted)) continue;
      const near = nearest(set, namespace, wanted);
      const wrong =
        near === undefined ? undefined : Object.keys(wanted).find((name) => near.labels[name] !== wanted[name]);
      yield {
        at: wrong === undefined ? selector : selector.get(wrong),
        sentence: `The selector of ${title} (${printLabels(wanted)}) matches no pods${namespaceHint(set, namespace, wanted)}.`,
        hint: near === undefined ? undefined : `${near.resource.title} has pods with ${printLabels(near.labels)}.`,
      };
    }
  },
};

function namespaceHint(set: ResourceSet, namespace: string, wanted: Labels): string {
  const elsewhere = set.workloads.find(
    ({ resource, labels }) =>
      resource.namespace !== namespace && Object.entries(wanted).every(([name, value]) => labels[name] === value),
  );
  if (elsewhere === undefined) return "";
  return `: those of ${elsewhere.resource.title} are in ${elsewhere.resource.namespace === "" ? "no namespace" : "another namespace"}`;
}

/** The workload that shares most of the labels' names. */
function nearest(set: ResourceSet, namespace: string, wanted: Labels): ResourceSet["workloads"][number] | undefined {
  const score = ({ labels }: { readonly labels: Labels }): number =>
    Object.entries(wanted).reduce(
      (sum, [name, value]) => sum + (labels[name] === value ? 2 : name in labels ? 1 : 0),
      0,
    );
  const ranked = set.podsIn(namespace).toSorted((a, b) => score(b) - score(a));
  return ranked[0];
}

const disruptionTarget: Rule = {
  id: "pdb-target",
  level: "error",
  title: "A PodDisruptionBudget protects pods",
  why: "A budget that matches no pods protects nothing: a node can be drained while it runs all replicas.",
  wrong: "kind: PodDisruptionBudget\nspec: { selector: { matchLabels: { app: wbe } } }",
  right: "kind: PodDisruptionBudget\nspec: { selector: { matchLabels: { app: web } } }",
  *check(set) {
    for (const { root, namespace, title } of set.ofKind("PodDisruptionBudget")) {
      const selector = root.get("spec", "selector");
      if (!selector.isSet || set.podsBySelector(namespace, selector).length > 0) continue;
      const wanted = selector.texts("matchLabels");
      if (set.mayBeOperated(namespace, wanted)) continue;
      const near = nearest(set, namespace, wanted);
      yield {
        at: selector,
        sentence: `The selector of ${title} (${printLabels(wanted)}) matches no pods.`,
        hint: near === undefined ? undefined : `${near.resource.title} has pods with ${printLabels(near.labels)}.`,
      };
    }
  },
};

const spreadSelector: Rule = {
  id: "spread-selector",
  level: "error",
  title: "A topology spread selects the pods it is for",
  why: "A topology spread whose selector does not match its own pods counts other pods: all replicas may run on one node.",
  wrong: "topologySpreadConstraints: [{ labelSelector: { matchLabels: { app: wbe } }, … }]",
  right: "topologySpreadConstraints: [{ labelSelector: { matchLabels: { app: web } }, … }]",
  *check(set) {
    for (const { podSpec, labels, resource } of set.workloads) {
      for (const constraint of podSpec.items("topologySpreadConstraints")) {
        const selector = constraint.get("labelSelector");
        if (selector.isSet && matchesSelector(selector, labels)) continue;
        const sentence = `This topology spread does not match the pods of ${resource.title}, which have ${printLabels(labels)}.`;
        yield selector.isSet
          ? { at: selector, sentence }
          : { at: constraint, sentence, hint: "Add a labelSelector: without one it matches no pods." };
      }
    }
  },
};

const affinitySelector: Rule = {
  id: "affinity-selector",
  level: "warn",
  title: "Pod affinities refer to pods that exist",
  why: "An anti-affinity that matches no pods separates nothing: all replicas may run on one node. A required affinity that matches none leaves the pod Pending.",
  wrong:
    "podAntiAffinity: { …: [{ labelSelector: { matchLabels: { app: wbe } }, topologyKey: kubernetes.io/hostname }] }",
  right:
    "podAntiAffinity: { …: [{ labelSelector: { matchLabels: { app: web } }, topologyKey: kubernetes.io/hostname }] }",
  *check(set) {
    for (const { podSpec, labels, resource } of set.workloads) {
      for (const term of affinityTerms(podSpec)) {
        const selector = term.get("labelSelector");
        const isElsewhere = term.get("namespaces").isSet || term.get("namespaceSelector").isSet;
        // Most often it takes its own pods, and the others need not be looked at.
        const takesOne =
          selector.isSet &&
          (matchesSelector(selector, labels) || set.podsBySelector(resource.namespace, selector).length > 0);
        if (isElsewhere || takesOne) continue;
        if (set.mayBeOperated(resource.namespace, selector.texts("matchLabels"))) continue;
        const sentence = `This affinity of ${resource.title} matches no pods.`;
        yield { at: selector.isSet ? selector : term, sentence, hint: `Its own pods have ${printLabels(labels)}.` };
      }
    }
  },
};

function affinityTerms(podSpec: Cursor): Cursor[] {
  return ["podAffinity", "podAntiAffinity"].flatMap((kind) => {
    const affinity = podSpec.get("affinity", kind);
    const preferred = affinity.items("preferredDuringSchedulingIgnoredDuringExecution");
    return [
      ...affinity.items("requiredDuringSchedulingIgnoredDuringExecution"),
      ...preferred.map((each) => each.get("podAffinityTerm")),
    ];
  });
}

export const selectorRules: readonly Rule[] = [
  selectorTemplate,
  serviceSelector,
  disruptionTarget,
  spreadSelector,
  affinitySelector,
];
