import type { Cursor } from "../model/cursor.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import type { Workload } from "../model/workload.ts";
import type { Problem, Rule } from "../rule.ts";
import { isFilledIn, words } from "../schema/field-checks.ts";
import { containersOf, titleOf } from "./iterate.ts";
import { fromSchema } from "./schema.ts";

/** What a variable may take from its pod; a file may have all labels as well. */
const POD_FIELDS = [
  ...["name", "namespace", "uid"].map((field) => `metadata.${field}`),
  ...["spec.nodeName", "spec.serviceAccountName"],
  ...["hostIP", "hostIPs", "podIP", "podIPs"].map((field) => `status.${field}`),
];

const knownWord: Rule = {
  id: "known-word",
  level: "error",
  title: "Fields with a fixed set of values have one of them",
  why: "The API server rejects any other value; the published schema does not list the values, so schema checks pass.",
  wrong: "imagePullPolicy: IfNotPresnt",
  right: "imagePullPolicy: IfNotPresent",
  *check(set) {
    yield* fromSchema("known-word")(set);
    for (const [at, known] of podWords(set)) {
      const problem = words(...known)(at);
      if (problem !== undefined) yield problem;
    }
  },
};

/** Words that depend on more than the field. */
function* podWords(set: ResourceSet): Generator<readonly [Cursor, readonly string[]]> {
  for (const { podSpec, resource, containers } of set.workloads) {
    const isJob = ["Job", "CronJob"].includes(resource.kind);
    yield [podSpec.get("restartPolicy"), restartPolicies(resource.kind, isJob)];
    for (const entry of containers.flatMap(({ cursor }) => cursor.items("env"))) {
      const path = entry.get("valueFrom", "fieldRef", "fieldPath");
      // One label by its name: metadata.labels['app'].
      if (path.text?.includes("[") !== true) yield [path, POD_FIELDS];
    }
  }
}

function restartPolicies(kind: string, isJob: boolean): readonly string[] {
  if (isJob) return ["OnFailure", "Never"];
  return kind === "Pod" ? ["Always", "OnFailure", "Never"] : ["Always"];
}

const restartMissing: Rule = {
  id: "job-restart-policy",
  level: "error",
  title: "The pods of a Job say what happens when they fail",
  why: "The API server rejects the default, Always, for Jobs.",
  wrong: "kind: Job\nspec: { template: { spec: { containers: […] } } }",
  right: "kind: Job\nspec: { template: { spec: { restartPolicy: OnFailure, containers: […] } } }",
  *check(set) {
    for (const { podSpec, resource } of set.workloads) {
      const policy = podSpec.get("restartPolicy");
      if (!["Job", "CronJob"].includes(resource.kind) || !podSpec.isSet || (policy.isSet && policy.text !== ""))
        continue;
      const sentence = `The pods of ${resource.title} have no restartPolicy.`;
      yield { at: podSpec, sentence, hint: "Add restartPolicy: OnFailure or restartPolicy: Never." };
    }
  },
};

const duplicateEntry: Rule = {
  id: "duplicate-entry",
  level: "error",
  title: "No list entry is repeated",
  why: "Containers, volumes, variables and ports are identified by name or number: the API server rejects the duplicate, or the last one wins.",
  wrong: "env: [{ name: PORT, value: '1' }, { name: PORT, value: '2' }]",
  right: "env: [{ name: PORT, value: '2' }]",
  *check(set) {
    for (const { podSpec, containers } of set.workloads) {
      yield* repeated(
        containers.map(({ cursor }) => cursor),
        (each) => each.get("name").text,
        "container",
      );
      yield* repeated(podSpec.items("volumes"), (each) => each.get("name").text, "volume");
      for (const { cursor } of containers) {
        yield* repeated(cursor.items("env"), (each) => each.get("name").text, "variable");
        yield* repeated(cursor.items("volumeMounts"), (each) => each.get("mountPath").text, "mount path");
        yield* repeated(cursor.items("ports"), nodePortKey, "port");
        yield* repeated(cursor.items("ports"), (each) => each.get("name").text, "port name");
      }
    }
    for (const workload of set.workloads) yield* sharedPorts(workload);
    for (const { root } of set.ofKind("Service")) {
      yield* repeated(root.items("spec", "ports"), portKey("port"), "port");
      yield* repeated(root.items("spec", "ports"), (each) => each.get("name").text, "port name");
    }
  },
};

/** Containers of a pod share their address: the second one that listens on a port ends with an error. */
function* sharedPorts({ containers, resource }: Workload): Generator<Problem> {
  const owners = new Map<string, string>();
  for (const { name, ports } of containers.filter(({ role }) => role !== "init")) {
    for (const { cursor } of ports) {
      const key = portKey("containerPort")(cursor);
      const owner = key === undefined ? undefined : owners.get(key);
      if (owner !== undefined && owner !== name)
        yield {
          at: cursor,
          sentence: `The containers ${owner} and ${name} of ${resource.title} both use the port ${key}.`,
        };
      else if (key !== undefined) owners.set(key, name);
    }
  }
}

function* repeated(
  items: readonly Cursor[],
  keyOf: (item: Cursor) => string | undefined,
  what: string,
): Generator<Problem> {
  const seen = new Set<string>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    if (seen.has(key)) yield { at: item, sentence: `The ${what} ${key} is listed twice.` };
    seen.add(key);
  }
}

const portKey =
  (field: string) =>
  (item: Cursor): string | undefined => {
    const { number } = item.get(field);
    return number === undefined ? undefined : `${number}/${item.get("protocol").text ?? "TCP"}`;
  };

/** A port of a container may be open at several addresses and ports of its node. */
function nodePortKey(item: Cursor): string | undefined {
  const key = portKey("containerPort")(item);
  const [address, port] = [item.get("hostIP").text, item.get("hostPort").number];
  return key === undefined || (address === undefined && port === undefined)
    ? key
    : `${key} at ${address ?? ""}:${port ?? ""}`;
}

const cronSchedule: Rule = {
  id: "cron-schedule",
  level: "error",
  title: "The schedule of a CronJob is valid",
  why: "The API server rejects the CronJob.",
  wrong: "schedule: every 5 minutes",
  right: 'schedule: "*/5 * * * *"',
  *check(set) {
    for (const { root, title } of set.ofKind("CronJob")) {
      const at = root.get("spec", "schedule");
      if (at.text === undefined || isFilledIn(at.text) || isSchedule(at.text)) continue;
      const hint =
        "Use the fields minute, hour, day of month, month and day of week, or @hourly, @daily, @weekly, @monthly, @yearly.";
      yield { at, sentence: `"${at.text}" of ${title} is not a valid schedule.`, hint };
    }
  },
};

interface CronField {
  readonly least: number;
  readonly most: number;
  /** Names of its numbers, the least first. */
  readonly words?: readonly string[];
}

/** As the parser of Kubernetes (robfig/cron) takes them: Sunday is 0 alone. */
const CRON_FIELDS: readonly CronField[] = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12, words: "jan feb mar apr may jun jul aug sep oct nov dec".split(" ") },
  { least: 0, most: 6, words: "sun mon tue wed thu fri sat".split(" ") },
];

function isSchedule(text: string): boolean {
  if (/^@(?:hourly|daily|midnight|weekly|monthly|yearly|annually|every \d+\w+)$/.test(text)) return true;
  const fields = text.trim().split(/\s+/);
  return fields.length === CRON_FIELDS.length && CRON_FIELDS.every((field, index) => isCronField(fields[index], field));
}

function isCronField(text = "", { least, most, words = [] }: CronField): boolean {
  return text.split(",").every((part) => {
    const match = /^(?:[*?]|(\w+)(?:-(\w+))?)(?:\/[1-9]\d*)?$/.exec(part);
    const ends = [match?.[1], match?.[2]].filter((end) => end !== undefined);
    const numbers = ends.map((end) => (/^\d+$/.test(end) ? Number(end) : least + words.indexOf(end.toLowerCase())));
    const [first = least, last = most] = numbers;
    return match !== null && first <= last && numbers.every((number) => number >= least && number <= most);
  });
}

const probeThreshold: Rule = {
  id: "probe-threshold",
  level: "error",
  title: "Probes have valid and sensible numbers",
  why: "Liveness and startup probes must have successThreshold 1, and a probe whose timeout is twice its period runs less often than configured.",
  wrong: "livenessProbe: { successThreshold: 3, timeoutSeconds: 30, periodSeconds: 10, httpGet: … }",
  right: "livenessProbe: { timeoutSeconds: 5, periodSeconds: 10, httpGet: … }",
  *check(set) {
    for (const container of containersOf(set)) {
      for (const name of ["livenessProbe", "startupProbe", "readinessProbe"]) {
        const probe = container.cursor.get(name);
        const threshold = probe.get("successThreshold");
        if (name !== "readinessProbe" && (threshold.number ?? 1) !== 1) {
          yield { at: threshold, sentence: `successThreshold of a ${name} must be 1 (${titleOf(container)}).` };
        }
        const timeout = probe.get("timeoutSeconds");
        // Kubernetes takes 0 for none.
        const periodSeconds = probe.get("periodSeconds").number || 10;
        // A second more is a margin, as Bitnami's Redis has one.
        if ((timeout.number ?? 1) >= 2 * periodSeconds) {
          const sentence = `The ${name} of ${titleOf(container)} may take ${timeout.number} s but runs every ${periodSeconds} s.`;
          yield { at: timeout, sentence, hint: "Set timeoutSeconds to at most periodSeconds." };
        }
      }
    }
  },
};

export const valueRules: readonly Rule[] = [knownWord, restartMissing, duplicateEntry, cronSchedule, probeThreshold];
