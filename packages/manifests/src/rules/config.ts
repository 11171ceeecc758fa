import type { Cursor } from "../model/cursor.ts";
import { type MadeSecret, madeSecrets } from "../model/made-secrets.ts";
import type { Resource } from "../model/resource.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import { didYouMean } from "../model/words.ts";
import type { Workload } from "../model/workload.ts";
import type { Problem, Rule } from "../rule.ts";

type Holder = "ConfigMap" | "Secret";

/** One use of a ConfigMap or Secret by a pod, with the keys that it asks for. */
interface Use {
  readonly holder: Holder;
  readonly name: Cursor;
  readonly keys: readonly Cursor[];
  readonly workload: Workload;
}

/** ConfigMaps that every namespace gets from Kubernetes. */
const GIVEN_CONFIG_MAPS = new Set(["kube-root-ca.crt"]);

function* usesOf(set: ResourceSet, holder: Holder): Generator<Use> {
  for (const workload of set.workloads) {
    for (const { cursor } of workload.containers) {
      for (const source of cursor.items("envFrom"))
        yield* use(source.get(fieldOf(holder, "Ref")), holder, workload, []);
      for (const entry of cursor.items("env")) {
        const reference = entry.get("valueFrom", fieldOf(holder, "KeyRef"));
        yield* use(reference, holder, workload, [reference.get("key")]);
      }
    }
    for (const volume of workload.podSpec.items("volumes")) {
      yield* useOfVolume(volume.get(holder === "Secret" ? "secret" : "configMap"), holder, workload);
      for (const source of volume.items("projected", "sources")) {
        yield* useOfVolume(source.get(holder === "Secret" ? "secret" : "configMap"), holder, workload);
      }
    }
  }
}

function* useOfVolume(source: Cursor, holder: Holder, workload: Workload): Generator<Use> {
  const keys = source.items("items").map((item) => item.get("key"));
  yield* use(source, holder, workload, keys);
}

function* use(source: Cursor, holder: Holder, workload: Workload, keys: readonly Cursor[]): Generator<Use> {
  const name = source.get("secretName").isSet ? source.get("secretName") : source.get("name");
  if (!name.isSet || source.get("optional").boolean === true) return;
  yield { holder, name, keys, workload };
}

function fieldOf(holder: Holder, suffix: string): string {
  return `${holder === "Secret" ? "secret" : "configMap"}${suffix}`;
}

function* missingHolders(set: ResourceSet, holder: Holder): Generator<Problem> {
  for (const { name, workload } of usesOf(set, holder)) {
    const { namespace, title } = workload.resource;
    const wanted = name.text ?? "";
    if (set.find(holder, namespace, wanted) !== undefined) continue;
    const made = madeHolders(set, holder).filter((each) => each.namespace === namespace);
    if (made.some((each) => each.name === wanted) || (holder === "ConfigMap" && GIVEN_CONFIG_MAPS.has(wanted)))
      continue;
    const known = [...set.namesOf(holder, namespace), ...made.map((each) => each.name)];
    const sentence = `${title} needs the ${holder} ${inNamespace(namespace, wanted)}, which the manifests do not define${didYouMean(wanted, known)}.`;
    yield { at: name, sentence, hint: elsewhere(set, holder, wanted) };
  }
}

function madeHolders(set: ResourceSet, holder: Holder): readonly MadeSecret[] {
  return holder === "Secret" ? madeSecrets(set) : [];
}

function elsewhere(set: ResourceSet, holder: Holder, name: string): string | undefined {
  const other = [...set.ofKind(holder), ...madeHolders(set, holder)].find((each) => each.name === name);
  if (other !== undefined)
    return `One exists in the namespace ${other.namespace || "default"}, but pods can use only those of their own namespace.`;
  return holder === "Secret"
    ? "If it is created elsewhere, mark the reference as optional or turn secret-ref off."
    : undefined;
}

function* missingKeys(set: ResourceSet, kind: Holder): Generator<Problem> {
  for (const { name, keys, workload } of usesOf(set, kind)) {
    const holder = set.find(kind, workload.resource.namespace, name.text ?? "");
    if (holder === undefined) continue;
    const known = keysOf(holder);
    for (const key of keys) {
      if (key.text === undefined || known.includes(key.text)) continue;
      yield { at: key, sentence: `${holder.title} has no key ${key.text}${didYouMean(key.text, known)}.` };
    }
  }
  yield* missingFiles(set, kind);
}

/** Single files that are mounted out of a volume: a file that is not there becomes an empty folder. */
function* missingFiles(set: ResourceSet, kind: Holder): Generator<Problem> {
  for (const { cursor, workload } of set.workloads.flatMap(({ containers }) => containers)) {
    const volumes = workload.podSpec.items("volumes");
    for (const mount of cursor.items("volumeMounts")) {
      const at = mount.get("subPath");
      const volume = volumes.find((each) => each.get("name").value === mount.get("name").value);
      const source = volume?.get(kind === "Secret" ? "secret" : "configMap");
      const name = source?.get(kind === "Secret" ? "secretName" : "name").text;
      const holder = set.find(kind, workload.resource.namespace, name ?? "");
      if (at.text === undefined || source === undefined || holder === undefined) continue;
      const items = source.items("items");
      const files = items.length > 0 ? items.flatMap((item) => item.get("path").text ?? []) : keysOf(holder);
      const wanted = at.text.replace(/\/$/, "");
      if (files.some((file) => file === wanted || file.startsWith(`${wanted}/`))) continue;
      yield { at, sentence: `${holder.title} has no file ${wanted}${didYouMean(wanted, files)}.` };
    }
  }
}

function keysOf({ root }: Resource): string[] {
  return ["data", "stringData", "binaryData"].flatMap((field) => root.fieldNames(field));
}

function inNamespace(namespace: string, name: string): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

const configRef: Rule = {
  id: "config-ref",
  level: "error",
  title: "Every ConfigMap that a pod needs exists",
  why: "The pod stays in CreateContainerConfigError or ContainerCreating.",
  wrong: "envFrom: [{ configMapRef: { name: web-confg } }]",
  right: "envFrom: [{ configMapRef: { name: web-config } }]",
  check: (set) => missingHolders(set, "ConfigMap"),
};

const configKeyRef: Rule = {
  id: "config-key-ref",
  level: "error",
  title: "Every key of a ConfigMap that a pod needs exists",
  why: "The pod stays in CreateContainerConfigError; a file mounted with subPath becomes an empty directory.",
  wrong: "valueFrom: { configMapKeyRef: { name: web-config, key: LOG_LEVLE } }",
  right: "valueFrom: { configMapKeyRef: { name: web-config, key: LOG_LEVEL } }",
  check: (set) => missingKeys(set, "ConfigMap"),
};

const secretRef: Rule = {
  id: "secret-ref",
  level: "error",
  title: "Every Secret that a pod needs exists",
  why: "The pod stays in CreateContainerConfigError or ContainerCreating.",
  wrong: "volumes: [{ name: tls, secret: { secretName: web-tsl } }]",
  right: "volumes: [{ name: tls, secret: { secretName: web-tls } }]",
  check: (set) => missingHolders(set, "Secret"),
};

const secretKeyRef: Rule = {
  id: "secret-key-ref",
  level: "error",
  title: "Every key of a Secret that a pod needs exists",
  why: "The pod stays in CreateContainerConfigError; a file mounted with subPath becomes an empty directory.",
  wrong: "valueFrom: { secretKeyRef: { name: web-secret, key: JWT_SECERT } }",
  right: "valueFrom: { secretKeyRef: { name: web-secret, key: JWT_SECRET } }",
  check: (set) => missingKeys(set, "Secret"),
};

export const configRules: readonly Rule[] = [configRef, configKeyRef, secretRef, secretKeyRef];
