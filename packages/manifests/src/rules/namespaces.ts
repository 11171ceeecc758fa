import { didYouMean } from "../model/words.ts";
import { isNamespaced } from "../model/resource.ts";
import { schemaOfKind } from "../schema/definitions.ts";
import type { Rule } from "../rule.ts";
import { missingReference } from "./iterate.ts";

const GIVEN = new Set(["default", "kube-node-lease", "kube-public", "kube-system"]);

const namespaceUnset: Rule = {
  id: "namespace-unset",
  level: "error",
  title: "All resources set a namespace, or none does",
  why: "A resource without a namespace is created in kubectl's current namespace, where the others do not find it.",
  wrong: "kind: Service\nmetadata: { name: web }                      # the others have namespace: shop",
  right: "kind: Service\nmetadata: { name: web, namespace: shop }",
  *check(set) {
    const namespaced = set.resources.filter(
      ({ kind, apiVersion }) => isNamespaced(kind) && schemaOfKind(apiVersion, kind) !== undefined,
    );
    const other = namespaced.find(({ namespace }) => namespace !== "");
    for (const { root, namespace, title } of other === undefined ? [] : namespaced) {
      if (namespace !== "") continue;
      const sentence = `${title} has no namespace, but others such as ${other?.title} have one.`;
      yield { at: root.get("metadata", "name"), sentence, hint: `Add namespace: ${other?.namespace}.` };
    }
  },
};

const namespaceUnknown: Rule = {
  id: "namespace-unknown",
  level: "error",
  title: "Every namespace in use is defined",
  why: 'The API server answers `namespaces "…" not found`.',
  wrong: "kind: Namespace\nmetadata: { name: shop }\n---\nkind: Service\nmetadata: { name: web, namespace: shpo }",
  right: "kind: Service\nmetadata: { name: web, namespace: shop }",
  *check(set) {
    const made = set.ofKind("Namespace").map(({ name }) => name);
    for (const { root, namespace, title } of made.length === 0 ? [] : set.resources) {
      if (namespace === "" || made.includes(namespace) || GIVEN.has(namespace)) continue;
      const sentence = `${title} is in the namespace ${namespace}, which the manifests do not define${didYouMean(namespace, made)}.`;
      yield { at: root.get("metadata", "namespace"), sentence };
    }
  },
};

const priorityRef: Rule = {
  id: "priority-ref",
  level: "error",
  title: "Every priority class that a pod names exists",
  why: "The API server rejects the pod: `no PriorityClass with name … was found`.",
  wrong: "priorityClassName: hihg",
  right: "priorityClassName: high",
  *check(set) {
    for (const { podSpec, resource } of set.workloads) {
      const at = podSpec.get("priorityClassName");
      const use = `${resource.title} uses the priority class`;
      if (at.text?.startsWith("system-") === true) continue;
      yield* missingReference(set, { at, use, kind: "PriorityClass", namespace: "" });
    }
  },
};

export const namespaceRules: readonly Rule[] = [namespaceUnset, namespaceUnknown, priorityRef];
