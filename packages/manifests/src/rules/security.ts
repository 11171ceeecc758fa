import type { Cursor } from "../model/cursor.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import type { Container } from "../model/workload.ts";
import type { Problem, Rule } from "../rule.ts";
import { containersOf, titleOf } from "./iterate.ts";

/** A field of the container's securityContext, else of the pod's. */
function contextOf(container: Container, ...fields: readonly string[]): Cursor {
  const own = container.cursor.get("securityContext", ...fields);
  return own.isSet ? own : container.workload.podSpec.get("securityContext", ...fields);
}

/** Windows: the container runs on the node itself. Kubernetes takes no `runAsNonRoot` there. */
function hostProcessOf(container: Container): Cursor {
  return contextOf(container, "windowsOptions", "hostProcess");
}

/** What is wrong with a container; without `at` it stands at its securityContext. */
type Broken = (container: Container) => (Omit<Problem, "at"> & { at?: Cursor }) | undefined;

/** A rule that every container has to satisfy. */
function containerRule(rule: Omit<Rule, "check">, broken: Broken): Rule {
  return {
    ...rule,
    *check(set) {
      for (const container of containersOf(set)) {
        const problem = broken(container);
        const context = container.cursor.get("securityContext");
        if (problem !== undefined) yield { at: context.isSet ? context : container.cursor, ...problem };
      }
    },
  };
}

/** A rule about what Linux alone has: Kubernetes refuses the field in a pod for Windows. */
function linuxRule(rule: Omit<Rule, "check">, broken: Broken): Rule {
  const why = `${rule.why} Pods with os.name windows are exempt: Kubernetes rejects the field there.`;
  return containerRule({ ...rule, why }, (container) =>
    container.workload.podSpec.get("os", "name").text === "windows" ? undefined : broken(container),
  );
}

const runAsNonRoot = containerRule(
  {
    id: "run-as-non-root",
    level: "warn",
    title: "Containers do not run as root",
    why: "An attacker who breaks out of a container that runs as root is root on the node. The pod security level `restricted` rejects it.",
    wrong: "containers: [{ name: web }]",
    right: "securityContext: { runAsNonRoot: true }",
  },
  (container) => {
    const user = contextOf(container, "runAsUser");
    if (user.number === 0) return { at: user, sentence: `The ${titleOf(container)} runs as user 0, which is root.` };
    if (contextOf(container, "runAsNonRoot").boolean === true || hostProcessOf(container).boolean === true)
      return undefined;
    return {
      sentence: `The ${titleOf(container)} may run as root.`,
      hint: "Add runAsNonRoot: true to the pod's securityContext.",
    };
  },
);

const privilegeEscalation = linuxRule(
  {
    id: "privilege-escalation",
    level: "warn",
    title: "Containers cannot gain privileges",
    why: "A program with the setuid bit can make its caller root. The pod security level `restricted` rejects it.",
    wrong: "securityContext: { runAsNonRoot: true }",
    right: "securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false }",
  },
  (container) => {
    if (container.cursor.get("securityContext", "allowPrivilegeEscalation").boolean === false) return undefined;
    return {
      sentence: `The ${titleOf(container)} may gain privileges.`,
      hint: "Add allowPrivilegeEscalation: false.",
    };
  },
);

const readOnlyRoot = linuxRule(
  {
    id: "read-only-root",
    level: "warn",
    title: "Containers do not write to their own file system",
    why: "Files written there are lost at the next restart and fill the node's disk, and an attacker can leave programs there.",
    wrong: "securityContext: { runAsNonRoot: true }",
    right: "securityContext: { readOnlyRootFilesystem: true }      # with an emptyDir at /tmp where one is needed",
  },
  (container) => {
    if (container.cursor.get("securityContext", "readOnlyRootFilesystem").boolean === true) return undefined;
    return {
      sentence: `The ${titleOf(container)} may write to its root file system.`,
      hint: "Add readOnlyRootFilesystem: true.",
    };
  },
);

const dropCapabilities = linuxRule(
  {
    id: "drop-capabilities",
    level: "warn",
    title: "Containers drop all capabilities",
    why: "The default capabilities let a container send raw packets and change file owners. The pod security level `restricted` rejects them, and any added capability except NET_BIND_SERVICE.",
    wrong: "securityContext: { capabilities: { add: [SYS_ADMIN] } }",
    right: "securityContext: { capabilities: { drop: [ALL] } }",
  },
  (container) => {
    const capabilities = container.cursor.get("securityContext", "capabilities");
    const added = capabilities.items("add").find(({ text }) => text !== "NET_BIND_SERVICE");
    if (added !== undefined)
      return { at: added, sentence: `The ${titleOf(container)} adds the capability ${added.text}.` };
    if (capabilities.textItems("drop").includes("ALL")) return undefined;
    return {
      sentence: `The ${titleOf(container)} does not drop all capabilities.`,
      hint: "Add capabilities: { drop: [ALL] }.",
    };
  },
);

const seccompProfile = linuxRule(
  {
    id: "seccomp-profile",
    level: "warn",
    title: "Containers run under a seccomp profile",
    why: "Without one, the container may use every system call of the kernel. The pod security level `restricted` rejects it.",
    wrong: "securityContext: { runAsNonRoot: true }",
    right: "securityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }",
  },
  (container) => {
    const profile = contextOf(container, "seccompProfile");
    const type = profile.get("type");
    if (type.text === "RuntimeDefault" || type.text === "Localhost") return undefined;
    if (type.isSet)
      return { at: type, sentence: `The ${titleOf(container)} runs with the seccomp profile ${String(type.value)}.` };
    const hint = "Add seccompProfile: { type: RuntimeDefault } to the pod's securityContext.";
    return { sentence: `The ${titleOf(container)} runs without a seccomp profile.`, hint };
  },
);

const privileged = containerRule(
  {
    id: "privileged",
    level: "error",
    title: "No container is privileged",
    why: "A privileged container has root access to its node, and so does a Windows host process.",
    wrong: "securityContext: { privileged: true }",
    right: "securityContext: { capabilities: { drop: [ALL] } }",
  },
  (container) => {
    const at = container.cursor.get("securityContext", "privileged");
    if (at.boolean === true) return { at, sentence: `The ${titleOf(container)} is privileged.` };
    const process = hostProcessOf(container);
    return process.boolean === true
      ? { at: process, sentence: `The ${titleOf(container)} is a host process of its node.` }
      : undefined;
  },
);

const hostAccess: Rule = {
  id: "host-access",
  level: "error",
  title: "Pods stay out of their node",
  why: "A pod with access to the node's network, processes or files can read and change the data of other pods. The pod security level `baseline` rejects it.",
  wrong: "hostNetwork: true\nvolumes: [{ name: root, hostPath: { path: / } }]",
  right: "volumes: [{ name: scratch, emptyDir: {} }]",
  *check(set) {
    for (const at of hostFields(set)) {
      const field = at.path.findLast((step) => typeof step === "string") ?? "";
      yield { at, sentence: `${field} gives the pod access to its node.` };
    }
  },
};

function* hostFields(set: ResourceSet): Generator<Cursor> {
  for (const { podSpec, containers } of set.workloads) {
    for (const field of ["hostNetwork", "hostPID", "hostIPC"]) {
      if (podSpec.get(field).boolean === true) yield podSpec.get(field);
    }
    for (const volume of podSpec.items("volumes")) if (volume.get("hostPath").isSet) yield volume.get("hostPath");
    for (const { cursor } of containers.flatMap(({ ports }) => ports)) {
      if (cursor.get("hostPort").isSet) yield cursor.get("hostPort");
    }
  }
}

export const securityRules: readonly Rule[] = [
  runAsNonRoot,
  privilegeEscalation,
  readOnlyRoot,
  dropCapabilities,
  seccompProfile,
  privileged,
  hostAccess,
];
