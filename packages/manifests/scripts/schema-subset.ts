/** JSON Schema as the Kubernetes definitions use it; nothing else may occur in what is vendored. */
export type RawSchema = Readonly<Record<string, unknown>>;
/** All definitions of one Kubernetes version, by name. */
export type RawDefinitions = Readonly<Record<string, RawSchema>>;

/** Group, version and kind of every resource that can be checked. */
const WANTED_KINDS: readonly (readonly [group: string, version: string, kinds: readonly string[]])[] = [
  ["", "v1", ["ConfigMap", "LimitRange", "Namespace", "PersistentVolume", "PersistentVolumeClaim", "Pod"]],
  ["", "v1", ["ResourceQuota", "Secret", "Service", "ServiceAccount"]],
  ["apps", "v1", ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]],
  ["autoscaling", "v1", ["HorizontalPodAutoscaler"]],
  ["autoscaling", "v2", ["HorizontalPodAutoscaler"]],
  ["batch", "v1", ["CronJob", "Job"]],
  ["networking.k8s.io", "v1", ["Ingress", "IngressClass", "NetworkPolicy"]],
  ["policy", "v1", ["PodDisruptionBudget"]],
  ["rbac.authorization.k8s.io", "v1", ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]],
  ["scheduling.k8s.io", "v1", ["PriorityClass"]],
  ["storage.k8s.io", "v1", ["StorageClass"]],
];

/** Keywords that src/schema/validate.ts answers for. A new one in the source stops the script. */
const KNOWN_KEYWORDS = new Set([
  ...["$ref", "additionalProperties", "default", "enum", "format", "items", "oneOf", "properties", "required", "type"],
]);
const REFERENCE_PREFIX = "#/$defs/";

export interface Subset {
  /** `apps/v1/Deployment` → name of its definition. */
  readonly kinds: Readonly<Record<string, string>>;
  readonly definitions: RawDefinitions;
}

/**
 * The wanted kinds and every definition they reach, without descriptions and vendor extensions.
 * @throws Error for a kind that the version does not have and for a keyword that the validator does not know
 */
export function cutSubset(all: RawDefinitions): Subset {
  const names = indexKinds(all);
  const kinds: Record<string, string> = {};
  const definitions: Record<string, RawSchema> = {};
  for (const [group, version, list] of WANTED_KINDS) {
    for (const kind of list) {
      const id = [group, version, kind].filter((part) => part !== "").join("/");
      const name = names.get(id);
      if (name === undefined) throw new Error(`The source has no ${id}.`);
      kinds[id] = name;
      collect(name, all, definitions);
    }
  }
  return { kinds, definitions };
}

function indexKinds(all: RawDefinitions): Map<string, string> {
  const names = new Map<string, string>();
  for (const [name, schema] of Object.entries(all)) {
    for (const each of asList(schema["x-kubernetes-group-version-kind"])) {
      const { group, version, kind } = each as { group: string; version: string; kind: string };
      const id = [group, version, kind].filter((part) => part !== "").join("/");
      if (!names.has(id)) names.set(id, name);
    }
  }
  return names;
}

function collect(name: string, all: RawDefinitions, into: Record<string, RawSchema>): void {
  if (Object.hasOwn(into, name)) return;
  const schema = all[name];
  if (schema === undefined) throw new Error(`The source refers to ${name}, which it does not define.`);
  const references: string[] = [];
  into[name] = strip(schema, references);
  for (const reference of references) collect(reference, all, into);
}

function strip(schema: RawSchema, references: string[]): RawSchema {
  const kept = Object.entries(schema).filter(([key]) => key !== "description" && !key.startsWith("x-"));
  return Object.fromEntries(kept.map(([key, value]) => [key, stripKeyword(key, value, references)]));
}

function stripKeyword(key: string, value: unknown, references: string[]): unknown {
  if (!KNOWN_KEYWORDS.has(key)) throw new Error(`The source uses the keyword ${key}: teach it to the validator first.`);
  if (key === "$ref") {
    const name = String(value).replace(REFERENCE_PREFIX, "");
    references.push(name);
    return name;
  }
  if (key === "properties") {
    const properties = Object.entries(value as Record<string, RawSchema>);
    return Object.fromEntries(properties.map(([name, inner]) => [name, strip(inner, references)]));
  }
  if (key === "oneOf") return asList(value).map((inner) => strip(inner as RawSchema, references));
  const isSchema = (key === "items" || key === "additionalProperties") && typeof value === "object" && value !== null;
  return isSchema ? strip(value as RawSchema, references) : value;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
