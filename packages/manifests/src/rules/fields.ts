import type { Cursor } from "../model/cursor.ts";
import type { Resource } from "../model/resource.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import { listed } from "../model/words.ts";
import type { Problem, Rule } from "../rule.ts";
import { containersOf, titleOf } from "./iterate.ts";
import { fromSchema } from "./schema.ts";

/** Fields of containers that keep running. */
const LASTING_FIELDS = ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"];

const exclusiveFields: Rule = {
  id: "exclusive-fields",
  level: "error",
  title: "Fields that exclude each other are not combined",
  why: "The API server rejects the resource; the published schema accepts it. The usual cause is a patch that adds a field without removing the one it replaces.",
  wrong: "strategy: { type: Recreate, rollingUpdate: { maxSurge: 1 } }",
  right: "strategy: { type: Recreate }",
  *check(set) {
    yield* fromSchema("exclusive-fields")(set);
    yield* podFields(set);
    for (const resource of set.resources) {
      const spec = resource.root.get("spec");
      if (resource.kind === "Deployment") yield* rollout(spec.get("strategy"), resource.title);
      if (resource.kind === "Service") yield* serviceFields(spec, resource.title);
      if (resource.kind === "Ingress") yield* ingressFields(resource);
    }
  },
};

/** Fields that the type of a Service takes or asks for. */
function* serviceFields(spec: Cursor, title: string): Generator<Problem> {
  const type = spec.get("type").text || "ClusterIP";
  const ports = spec.items("ports");
  const own = ports.map((port) => port.get("nodePort")).find((port) => port.isSet && port.number !== 0);
  if (own !== undefined && type === "ClusterIP")
    yield { at: own, sentence: `${title} has a nodePort, but its type is ClusterIP.` };
  const policy = spec.get("externalTrafficPolicy");
  const isOpen = type !== "ClusterIP" || spec.items("externalIPs").length > 0;
  if ((policy.text ?? "") !== "" && !isOpen)
    yield { at: policy, sentence: `${title} has an externalTrafficPolicy, but its type is ClusterIP.` };
  if (type === "ExternalName") {
    if ((spec.get("externalName").text ?? "") === "")
      yield { at: spec, sentence: `${title} has type ExternalName but no externalName.` };
  } else if (ports.length === 0 && spec.get("clusterIP").text !== "None") {
    yield { at: spec, sentence: `${title} has no ports.` };
  }
}

const CLASS_ANNOTATION = "kubernetes.io/ingress.class";

function* ingressFields({ root, title }: Resource): Generator<Problem> {
  const spec = root.get("spec");
  const old = root.get("metadata", "annotations", CLASS_ANNOTATION);
  const own = spec.get("ingressClassName").text;
  if (old.text !== undefined && own !== undefined && own !== old.text)
    yield { at: old, sentence: `${title} has the ingressClassName ${own}, but the annotation says ${old.text}.` };
  const isEmpty = spec.items("rules").length === 0 && !spec.get("defaultBackend").isSet;
  // An Ingress of an older version has other fields.
  if (isEmpty && !spec.get("backend").isSet)
    yield { at: spec, sentence: `${title} has neither rules nor a defaultBackend.` };
}

function* podFields(set: ResourceSet): Generator<Problem> {
  for (const { podSpec, resource } of set.workloads) {
    for (const volume of podSpec.items("volumes")) {
      const sources = volume.fields().filter(({ name, cursor }) => name !== "name" && cursor.isSet);
      if (sources.length < 2) continue;
      const names = listed(sources.map(({ name }) => name));
      const sentence = `The volume ${volume.get("name").text} of ${resource.title} has more than one type: ${names}.`;
      yield { at: volume, sentence };
    }
    for (const toleration of podSpec.items("tolerations")) yield* tolerationFields(toleration);
  }
  for (const container of containersOf(set)) {
    const lasting = container.role === "init" ? LASTING_FIELDS.map((field) => container.cursor.get(field)) : [];
    for (const at of lasting.filter(({ isSet }) => isSet)) {
      const sentence = `The ${titleOf(container)} has a ${String(at.path.at(-1))}, but an init container ends before the others start.`;
      yield { at, sentence, hint: "For a sidecar, add restartPolicy: Always." };
    }
    for (const entry of container.cursor.items("env")) {
      if ((entry.get("value").text ?? "") === "" || !entry.get("valueFrom").isSet) continue;
      const sentence = `${entry.get("name").text} has both value and valueFrom.`;
      yield { at: entry, sentence, hint: "Keep one of the two." };
    }
  }
}

function* tolerationFields(toleration: Cursor): Generator<Problem> {
  const [key, value, seconds] = ["key", "value", "tolerationSeconds"].map((field) => toleration.get(field));
  const isExists = toleration.get("operator").text === "Exists";
  if (isExists && (value?.text ?? "") !== "")
    yield { at: value ?? toleration, sentence: "A toleration with operator: Exists must not have a value." };
  if (!isExists && (key?.text ?? "") === "")
    yield { at: toleration, sentence: "A toleration without a key must have operator: Exists." };
  if (seconds?.isSet === true && toleration.get("effect").text !== "NoExecute")
    yield { at: seconds, sentence: "tolerationSeconds requires the effect NoExecute." };
}

function* rollout(strategy: Cursor, title: string): Generator<Problem> {
  const update = strategy.get("rollingUpdate");
  if (!update.isSet) return;
  if (strategy.get("type").text === "Recreate") {
    yield { at: update, sentence: `${title} has a rollingUpdate, but its strategy is Recreate.` };
  } else if (isZero(update.get("maxSurge")) && isZero(update.get("maxUnavailable"))) {
    const sentence = `${title} cannot roll out: both maxSurge and maxUnavailable are 0.`;
    yield { at: update, sentence };
  }
}

function isZero({ value }: Cursor): boolean {
  return value === 0 || value === "0" || value === "0%";
}

const MOST_MODE = 0o777;
/** Modes that were meant to be octal: as decimal numbers they are nobody's choice. */
const DECIMAL_MODES = new Set([400, 440, 444, 500, 550, 555, 600, 640, 644, 660, 700, 750, 755, 775, 777]);

const fileMode: Rule = {
  id: "file-mode",
  level: "error",
  title: "Modes of files are octal",
  why: "YAML reads 644 as decimal, which is 01204 in octal and rejected by the API server; decimal 400 is 0620, which lets the group write.",
  wrong: "configMap: { name: web-config, defaultMode: 644 }",
  right: "configMap: { name: web-config, defaultMode: 0644 }",
  *check(set) {
    for (const at of modesOf(set)) {
      const { number } = at;
      if (number === undefined || (number <= MOST_MODE && !DECIMAL_MODES.has(number))) continue;
      const isMeant = DECIMAL_MODES.has(number) ? { hint: `Write 0${number}.` } : {};
      yield { at, sentence: `The mode ${number} is 0${number.toString(8)} in octal.`, ...isMeant };
    }
  },
};

function* modesOf(set: ResourceSet): Generator<Cursor> {
  for (const { podSpec } of set.workloads) {
    for (const volume of podSpec.items("volumes")) {
      const sources = volume.items("projected", "sources");
      for (const { cursor } of [volume, ...sources].flatMap((each) => each.fields())) {
        yield cursor.get("defaultMode");
        for (const item of cursor.items("items")) yield item.get("mode");
      }
    }
  }
}

export const fieldRules: readonly Rule[] = [exclusiveFields, fileMode];
