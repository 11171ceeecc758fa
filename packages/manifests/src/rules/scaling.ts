import type { Cursor } from "../model/cursor.ts";
import type { Resource } from "../model/resource.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import type { Workload } from "../model/workload.ts";
import type { Problem, Rule } from "../rule.ts";
import { missingReference, titleOf } from "./iterate.ts";

function targetOf(autoscaler: Resource, set: ResourceSet): Workload | undefined {
  const target = autoscaler.root.get("spec", "scaleTargetRef");
  const resource = set.find(target.get("kind").text ?? "", autoscaler.namespace, target.get("name").text ?? "");
  return set.workloads.find((workload) => workload.resource === resource);
}

/** Kinds that run pods and have no number of them to set. */
const UNSCALED = new Set(["CronJob", "DaemonSet", "Job", "Pod"]);

const hpaTarget: Rule = {
  id: "hpa-target",
  level: "error",
  title: "An autoscaler's target exists, can be scaled, and is its own",
  why: "The autoscaler keeps reporting an error and never scales.",
  wrong: "scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: wbe }",
  right: "scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }",
  *check(set) {
    const scaled = new Set<string>();
    for (const autoscaler of set.ofKind("HorizontalPodAutoscaler")) {
      const target = autoscaler.root.get("spec", "scaleTargetRef");
      const { text: kind } = target.get("kind");
      const { text: name } = target.get("name");
      if (kind === undefined || name === undefined) continue;
      const key = `${kind} ${autoscaler.namespace}/${name}`;
      if (UNSCALED.has(kind))
        yield { at: target.get("kind"), sentence: `${autoscaler.title} scales a ${kind}, which has no replicas.` };
      else if (scaled.has(key))
        yield {
          at: target.get("name"),
          sentence: `${autoscaler.title} scales the ${kind} ${name}, which another autoscaler already scales.`,
        };
      scaled.add(key);
      const use = `${autoscaler.title} scales the ${kind}`;
      yield* missingReference(set, { at: target.get("name"), use, kind, namespace: autoscaler.namespace });
    }
  },
};

const hpaBounds: Rule = {
  id: "hpa-bounds",
  level: "error",
  title: "An autoscaler's bounds are in order",
  why: "The API server rejects a minReplicas above maxReplicas.",
  wrong: "minReplicas: 10\nmaxReplicas: 2",
  right: "minReplicas: 2\nmaxReplicas: 10",
  *check(set) {
    for (const { root, title } of set.ofKind("HorizontalPodAutoscaler")) {
      const least = root.get("spec", "minReplicas");
      const most = root.get("spec", "maxReplicas").number;
      if (least.number === undefined || most === undefined || least.number <= most) continue;
      yield { at: least, sentence: `${title} has minReplicas ${least.number}, which is above maxReplicas ${most}.` };
    }
  },
};

const hpaRequest: Rule = {
  id: "hpa-request",
  level: "error",
  title: "What an autoscaler measures against is requested",
  why: "Utilization is a percentage of the request: without a request the autoscaler has no value and never scales.",
  wrong:
    "metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, … } } }]\n# and containers without requests.cpu",
  right: "resources: { requests: { cpu: 100m } }",
  *check(set) {
    for (const autoscaler of set.ofKind("HorizontalPodAutoscaler")) {
      const workload = targetOf(autoscaler, set);
      if (workload === undefined) continue;
      for (const share of sharesOf(autoscaler)) yield* missingRequests(share, workload, autoscaler.title);
    }
  },
};

/** What is measured as a share of the request: of all containers, or of the one that is named. */
interface Share {
  readonly at: Cursor;
  readonly name: string;
  readonly container: string | undefined;
}

function* sharesOf({ root }: Resource): Generator<Share> {
  const oldForm = root.get("spec", "targetCPUUtilizationPercentage");
  if (oldForm.isSet) yield { at: oldForm, name: "cpu", container: undefined };
  for (const metric of root.items("spec", "metrics")) {
    for (const source of [metric.get("resource"), metric.get("containerResource")]) {
      const at = source.get("name");
      if (at.text === undefined || source.get("target", "type").text !== "Utilization") continue;
      yield { at, name: at.text, container: source.get("container").text };
    }
  }
}

function* missingRequests({ at, name, container }: Share, workload: Workload, title: string): Generator<Problem> {
  const without = workload.containers.find(
    ({ role, cursor, name: own }) =>
      role !== "init" &&
      (container === undefined || container === own) &&
      !isRequested(cursor, name) &&
      (container !== undefined || !isRequested(workload.podSpec, name)),
  );
  if (without === undefined) return;
  const sentence = `${title} scales by ${name} utilization, but the ${titleOf(without)} has no request for it.`;
  yield { at, sentence };
}

/** Whether a container, or a pod for all of its containers together, has a request or the limit that stands for it. */
function isRequested(cursor: Cursor, name: string): boolean {
  return cursor.get("resources", "requests", name).isSet || cursor.get("resources", "limits", name).isSet;
}

const hpaReplicas: Rule = {
  id: "hpa-replicas",
  level: "warn",
  title: "A workload that is scaled by an autoscaler does not set replicas",
  why: "Each `kubectl apply` resets the number, and the autoscaler has to start again under load.",
  wrong: "kind: Deployment\nspec: { replicas: 2, … }      # and an autoscaler for it",
  right: "kind: Deployment\nspec: { … }",
  *check(set) {
    for (const autoscaler of set.ofKind("HorizontalPodAutoscaler")) {
      const at = targetOf(autoscaler, set)?.resource.root.get("spec", "replicas");
      if (at?.number === undefined) continue;
      const sentence = `replicas is set, but ${autoscaler.title} controls it: each apply resets it to ${at.number}.`;
      yield { at, sentence, hint: "Remove replicas." };
    }
  },
};

const disruptionBlocking: Rule = {
  id: "pdb-blocking",
  level: "warn",
  title: "A PodDisruptionBudget lets a node be drained",
  why: "If no pod may be evicted, `kubectl drain` and every cluster upgrade wait forever.",
  wrong: "minAvailable: 1      # of a Deployment with one replica",
  right: "maxUnavailable: 1",
  *check(set) {
    for (const { root, namespace, title } of set.ofKind("PodDisruptionBudget")) {
      const spec = root.get("spec");
      const workloads = set.podsBySelector(namespace, spec.get("selector"));
      const replicas = workloads.reduce((sum, workload) => sum + leastReplicas(workload, set), 0);
      // A DaemonSet has as many pods as there are nodes.
      const isKnown = workloads.length > 0 && workloads.every(({ resource }) => resource.kind !== "DaemonSet");
      if (!isKnown || replicas === 0) continue;
      const allowed = allowedDisruptions(spec, replicas);
      if (allowed > 0) continue;
      const at = spec.get("minAvailable").isSet ? spec.get("minAvailable") : spec.get("maxUnavailable");
      const sentence = `${title} never allows an eviction: it protects all of ${replicas} ${replicas === 1 ? "replica" : "replicas"}.`;
      yield { at, sentence, hint: "Write maxUnavailable: 1." };
    }
  },
};

/** The replicas that run when there is little to do. */
function leastReplicas({ resource }: Workload, set: ResourceSet): number {
  const autoscaler = set.ofKind("HorizontalPodAutoscaler").find((each) => targetOf(each, set)?.resource === resource);
  if (autoscaler !== undefined) return autoscaler.root.get("spec", "minReplicas").number ?? 1;
  return resource.root.get("spec", "replicas").number ?? 1;
}

function allowedDisruptions(spec: Cursor, replicas: number): number {
  const least = spec.get("minAvailable");
  if (least.isSet) return replicas - share(least, replicas);
  return spec.get("maxUnavailable").isSet ? share(spec.get("maxUnavailable"), replicas) : 1;
}

/** A number, or a percentage rounded up as Kubernetes does. */
function share(cursor: Cursor, replicas: number): number {
  const percentage = /^(\d+)%$/.exec(cursor.text ?? "")?.[1];
  return percentage === undefined ? (cursor.number ?? 0) : Math.ceil((Number(percentage) / 100) * replicas);
}

export const scalingRules: readonly Rule[] = [hpaTarget, hpaBounds, hpaRequest, hpaReplicas, disruptionBlocking];
