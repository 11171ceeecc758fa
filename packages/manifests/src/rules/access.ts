import type { ResourceSet } from "../model/resource-set.ts";
import type { Workload } from "../model/workload.ts";
import type { Rule } from "../rule.ts";
import { missingReference } from "./iterate.ts";

const BINDINGS = ["RoleBinding", "ClusterRoleBinding"] as const;
/** Roles that Kubernetes brings along: for the whole cluster, and in kube-system. */
const BUILT_IN: Readonly<Record<string, RegExp>> = {
  ClusterRole: /^(?:system:.*|cluster-admin|admin|edit|view)$/,
  Role: /^(?:system:.*|extension-apiserver-authentication-reader)$/,
};

const serviceAccountRef: Rule = {
  id: "service-account-ref",
  level: "error",
  title: "Every service account that a pod runs as exists",
  why: "The pod is never created; only the events of its owner show it.",
  wrong: "serviceAccountName: wbe",
  right: "serviceAccountName: web",
  *check(set) {
    for (const { podSpec, resource } of set.workloads) {
      const at = podSpec.get("serviceAccountName");
      const use = `${resource.title} runs as the service account`;
      if (at.text !== "default")
        yield* missingReference(set, { at, use, kind: "ServiceAccount", namespace: resource.namespace });
    }
  },
};

const roleRef: Rule = {
  id: "role-ref",
  level: "error",
  title: "Every role that a binding grants exists",
  why: "The binding is accepted but grants nothing: the first API call is forbidden.",
  wrong: "roleRef: { kind: Role, name: raeder, … }",
  right: "roleRef: { kind: Role, name: reader, … }",
  *check(set) {
    for (const { root, namespace, title, kind: binding } of set.ofKind(...BINDINGS)) {
      const at = root.get("roleRef", "name");
      const kind = root.get("roleRef", "kind").text;
      if (binding === "ClusterRoleBinding" && kind === "Role") {
        const sentence = `${title} grants a Role, but a ClusterRoleBinding can grant only ClusterRoles.`;
        yield { at: root.get("roleRef", "kind"), sentence };
        continue;
      }
      const isCluster = kind === "ClusterRole";
      if ((kind !== "Role" && !isCluster) || BUILT_IN[kind]?.test(at.text ?? "") === true) continue;
      const home = isCluster ? "" : namespace;
      yield* missingReference(set, { at, use: `${title} grants the ${kind}`, kind, namespace: home });
    }
  },
};

const roleSubject: Rule = {
  id: "role-subject",
  level: "error",
  title: "Every service account that a binding names exists",
  why: "The binding is accepted but grants nothing to the pods that it is meant for.",
  wrong: "subjects: [{ kind: ServiceAccount, name: wbe, namespace: shop }]",
  right: "subjects: [{ kind: ServiceAccount, name: web, namespace: shop }]",
  *check(set) {
    for (const { root, namespace, title, kind } of set.ofKind(...BINDINGS)) {
      for (const subject of root.items("subjects")) {
        const at = subject.get("name");
        if (subject.get("kind").text !== "ServiceAccount" || at.text === undefined) continue;
        if (kind === "ClusterRoleBinding" && !subject.get("namespace").isSet) {
          yield { at: subject, sentence: `${title} names the service account ${at.text} without a namespace.` };
          continue;
        }
        if (at.text === "default") continue;
        const home = subject.get("namespace").text ?? namespace;
        if (home !== namespace && set.podsIn(home).length === 0 && set.namesOf("ServiceAccount", home).length === 0)
          continue;
        const use = `${title} names the service account`;
        yield* missingReference(set, { at, use, kind: "ServiceAccount", namespace: home });
      }
    }
  },
};

const accountToken: Rule = {
  id: "service-account-token",
  level: "warn",
  title: "Pods that never call the Kubernetes API get no token for it",
  why: "The token is a file in every container: an attacker who gets in can use it.",
  wrong: "kind: ServiceAccount\nmetadata: { name: web }",
  right: "kind: ServiceAccount\nmetadata: { name: web }\nautomountServiceAccountToken: false",
  *check(set) {
    for (const workload of set.workloads) {
      const { podSpec, resource } = workload;
      const name = podSpec.get("serviceAccountName");
      const account = set.find("ServiceAccount", resource.namespace, name.text ?? "");
      if (account === undefined || isBound(set, workload)) continue;
      const setting =
        podSpec.get("automountServiceAccountToken").boolean ?? account.root.get("automountServiceAccountToken").boolean;
      if (setting === false) continue;
      const sentence = `${resource.title} mounts a token of ${account.name}, which has no permissions from any binding.`;
      yield { at: name, sentence, hint: "Add automountServiceAccountToken: false to the ServiceAccount." };
    }
  },
};

function isBound(set: ResourceSet, { podSpec, resource }: Workload): boolean {
  const name = podSpec.get("serviceAccountName").text;
  return set.ofKind(...BINDINGS).some(({ root, namespace }) =>
    root.items("subjects").some((subject) => {
      const home = subject.get("namespace").text ?? namespace;
      // Without a namespace of its own the workload may be applied to any.
      const isNear = home === resource.namespace || resource.namespace === "";
      return subject.get("name").text === name && isNear;
    }),
  );
}

export const accessRules: readonly Rule[] = [serviceAccountRef, roleRef, roleSubject, accountToken];
