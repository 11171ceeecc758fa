import type { Cursor } from "../model/cursor.ts";
import { parseQuantity, quantitySuffix } from "../model/quantity.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import type { Container } from "../model/workload.ts";
import type { Problem, Rule } from "../rule.ts";
import { isDevice } from "../schema/field-checks.ts";
import { containersOf, titleOf } from "./iterate.ts";

const AMOUNTS = ["cpu", "memory"] as const;
/** Fewer bytes than any program runs in. */
const LEAST_MEMORY_BYTES = 1024 * 1024;
/** More cores than one container of ours or of anybody else asks for. */
const MOST_CORES = 256;
const LIMIT_TAKEN = "Kubernetes takes the limit as the request: set the request, even if it is the same.";

/** Amounts stand in the container, or in its pod for all containers together. */
function* lacking(set: ResourceSet, field: "requests" | "limits"): Generator<Problem> {
  for (const container of containersOf(set)) {
    const amounts = container.cursor.get("resources", field);
    const ofPod = container.workload.podSpec.get("resources", field);
    const missing = AMOUNTS.filter((name) => !amounts.get(name).isSet && !ofPod.get(name).isSet);
    if (missing.length === 0) continue;
    const at = amounts.isSet ? amounts : container.cursor;
    const sentence = `The ${titleOf(container)} has no ${field.slice(0, -1)} for ${missing.join(" and ")}.`;
    yield missing.some((name) => isLimited(container, name)) ? { at, sentence, hint: LIMIT_TAKEN } : { at, sentence };
  }
}

function isLimited({ cursor, workload }: Container, name: string): boolean {
  return [cursor, workload.podSpec].some((owner) => owner.get("resources", "limits", name).isSet);
}

const requests: Rule = {
  id: "resource-requests",
  level: "warn",
  title: "Containers request CPU and memory",
  why: "The scheduler places pods by their requests. If only a limit is set, Kubernetes takes the limit as the request, and nodes are full while their pods use little; if neither is set, too many pods run on one node, and they are evicted first.",
  wrong: "resources: { limits: { cpu: 500m, memory: 512Mi } }",
  right: "resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { cpu: 500m, memory: 512Mi } }",
  check: (set) => lacking(set, "requests"),
};

const limits: Rule = {
  id: "resource-limits",
  level: "warn",
  title: "Containers have limits for CPU and memory",
  why: "Without limits, a memory leak in one container can use up the memory of the whole node.",
  wrong: "resources: { requests: { cpu: 100m, memory: 128Mi } }",
  right: "resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { cpu: 500m, memory: 512Mi } }",
  check: (set) => lacking(set, "limits"),
};

const requestOverLimit: Rule = {
  id: "request-over-limit",
  level: "error",
  title: "No container requests more than its limit",
  why: "The API server rejects the workload. Devices and huge pages cannot be overcommitted, so their limit must equal the request.",
  wrong: "resources: { requests: { memory: 512Mi }, limits: { memory: 128Mi } }",
  right: "resources: { requests: { memory: 128Mi }, limits: { memory: 512Mi } }",
  *check(set) {
    for (const container of containersOf(set)) {
      for (const { name, cursor } of container.cursor.fields("resources", "requests")) {
        const limit = container.cursor.get("resources", "limits", name);
        const requested = parseQuantity(cursor.value);
        const most = parseQuantity(limit.value);
        const isExact = isDevice(name) || name.startsWith("hugepages-");
        const isFine = isExact ? requested === most : most === undefined || (requested ?? 0) <= most;
        if (requested === undefined || isFine || (limit.isSet && most === undefined)) continue;
        const limited = limit.isSet ? `with a limit of ${String(limit.value)}` : "without a limit";
        const sentence = `The ${titleOf(container)} requests ${name} ${String(cursor.value)} ${limited}.`;
        yield isExact ? { at: cursor, sentence, hint: "Set the limit to the same amount." } : { at: cursor, sentence };
      }
    }
  },
};

const unit: Rule = {
  id: "quantity-unit",
  level: "error",
  title: "Amounts of CPU and memory have a sensible unit",
  why: "`memory: 128m` is an eighth of a byte, and `cpu: 500` is five hundred cores: the pod is killed at once or never scheduled.",
  wrong: "limits: { cpu: 500, memory: 128m }",
  right: "limits: { cpu: 500m, memory: 128Mi }",
  *check(set) {
    for (const container of containersOf(set)) {
      for (const field of ["requests", "limits"]) {
        const amounts = container.cursor.get("resources", field);
        yield* checkMemory(amounts.get("memory"));
        yield* checkCores(amounts.get("cpu"));
      }
    }
  },
};

function* checkMemory(at: Cursor): Generator<Problem> {
  const bytes = parseQuantity(at.value);
  if (bytes === undefined || bytes >= LEAST_MEMORY_BYTES || bytes === 0) return;
  const hint =
    quantitySuffix(at.value) === "m" ? "m means thousandths: use Mi." : "A number without a unit means bytes: use Mi.";
  yield { at, sentence: `memory ${String(at.value)} is ${bytes} bytes.`, hint };
}

function* checkCores(at: Cursor): Generator<Problem> {
  const cores = parseQuantity(at.value);
  if (cores === undefined || cores <= MOST_CORES) return;
  const sentence = `cpu ${String(at.value)} is ${cores} cores.`;
  yield { at, sentence, hint: "Use m for thousandths of a core, as in 500m." };
}

export const resourceRules: readonly Rule[] = [requests, limits, requestOverLimit, unit];
