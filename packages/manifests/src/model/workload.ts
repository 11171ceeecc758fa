import type { Cursor } from "./cursor.ts";
import type { Labels } from "./labels.ts";
import type { Resource } from "./resource.ts";

/** A resource that runs pods. */
export interface Workload {
  readonly resource: Resource;
  /** Metadata and spec of its pods. */
  readonly template: Cursor;
  readonly podSpec: Cursor;
  readonly labels: Labels;
  readonly containers: readonly Container[];
}

export interface Container {
  readonly cursor: Cursor;
  readonly name: string;
  /** `init` ends before the others start; a sidecar is an init container that keeps running. */
  readonly role: "main" | "init" | "sidecar";
  readonly ports: readonly ContainerPort[];
  readonly workload: Workload;
}

export interface ContainerPort {
  readonly cursor: Cursor;
  readonly name: string | undefined;
  readonly port: number | undefined;
}

const TEMPLATE_PATHS: ReadonlyMap<string, readonly string[]> = new Map([
  ["CronJob", ["spec", "jobTemplate", "spec", "template"]],
  ["DaemonSet", ["spec", "template"]],
  ["Deployment", ["spec", "template"]],
  ["Job", ["spec", "template"]],
  ["Pod", []],
  ["ReplicaSet", ["spec", "template"]],
  ["Rollout", ["spec", "template"]],
  ["StatefulSet", ["spec", "template"]],
]);

/** Kinds whose pods serve until they are stopped. */
const LASTING_KINDS = new Set(["DaemonSet", "Deployment", "ReplicaSet", "Rollout", "StatefulSet"]);

/** The pods that a resource runs; `undefined` for a kind that runs none. */
export function readWorkload(resource: Resource): Workload | undefined {
  const path = TEMPLATE_PATHS.get(resource.kind);
  if (path === undefined) return undefined;
  const template = resource.root.get(...path);
  const podSpec = template.get("spec");
  const labels = { ...template.texts("metadata", "labels"), ...givenLabels(resource) };
  const containers: Container[] = [];
  const workload: Workload = { resource, template, podSpec, labels, containers };
  for (const cursor of podSpec.items("initContainers")) {
    const role = cursor.get("restartPolicy").text === "Always" ? "sidecar" : "init";
    containers.push(readContainer(cursor, role, workload));
  }
  for (const cursor of podSpec.items("containers")) containers.push(readContainer(cursor, "main", workload));
  return workload;
}

/** Kubernetes puts the name of a Job on its pods. */
function givenLabels({ kind, name }: Resource): Labels {
  return kind === "Job" ? { "batch.kubernetes.io/job-name": name, "job-name": name } : {};
}

/** Whether the pods serve until they are stopped, unlike those of a Job. */
export function isLasting(workload: Workload): boolean {
  return LASTING_KINDS.has(workload.resource.kind);
}

/** All ports of the containers that keep running. */
export function servingPorts(workload: Workload): readonly ContainerPort[] {
  return workload.containers.filter(({ role }) => role !== "init").flatMap(({ ports }) => ports);
}

/** `http=3003, metrics=9090`: the ports as a sentence shows them. */
export function printPorts(ports: readonly ContainerPort[]): string {
  const shown = ports.map(({ name, port }) => (name === undefined ? String(port) : `${name}=${port}`));
  return shown.length === 0 ? "none" : shown.join(", ");
}

/** Of a number in quotes, too, which the schema refuses: what refers to it has no fault of its own. */
function numberOf(port: string | number | undefined): number | undefined {
  return typeof port === "string" && /^\d+$/.test(port) ? Number(port) : typeof port === "number" ? port : undefined;
}

function readContainer(cursor: Cursor, role: Container["role"], workload: Workload): Container {
  const ports = cursor
    .items("ports")
    .map((port) => ({ cursor: port, name: port.get("name").text, port: numberOf(port.get("containerPort").port) }));
  return { cursor, name: cursor.get("name").text ?? "", role, ports, workload };
}
