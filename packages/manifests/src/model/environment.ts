import { Buffer } from "node:buffer";
import type { Cursor } from "./cursor.ts";
import type { Resource } from "./resource.ts";
import type { ResourceSet } from "./resource-set.ts";
import type { Container } from "./workload.ts";

/** One variable of a container's environment. */
export interface EnvironmentVariable {
  readonly name: string;
  /** `undefined` when it is known only in the cluster, as a pod's address is. */
  readonly value: string | undefined;
  readonly origin: "literal" | "ConfigMap" | "Secret" | "field";
  /** Set by name in `env`, or one of many that `envFrom` brings. */
  readonly isNamed: boolean;
  /** Where the value stands: in the container, or in the ConfigMap or Secret. */
  readonly at: Cursor;
  /** Where its name stands: the entry in `env`, or the key that `envFrom` brings. */
  readonly nameAt: Cursor;
  readonly holder?: Resource;
}

export interface Environment {
  readonly variables: ReadonlyMap<string, EnvironmentVariable>;
  /** Names that `envFrom` brings: entries of `env` may be made of them, whatever sets them anew. */
  readonly given: ReadonlySet<string>;
  /** False when a source of variables is not among the manifests, so that more may be set. */
  readonly isComplete: boolean;
}

const cache = new WeakMap<Container, Environment>();

/** The environment that a container starts with, as far as the manifests tell. `env` wins over `envFrom`. */
export function environmentOf(container: Container, set: ResourceSet): Environment {
  const known = cache.get(container);
  if (known !== undefined) return known;
  const environment = readEnvironment(container, set);
  cache.set(container, environment);
  return environment;
}

function readEnvironment(container: Container, set: ResourceSet): Environment {
  const variables = new Map<string, EnvironmentVariable>();
  let isComplete = true;
  for (const source of container.cursor.items("envFrom")) {
    const holder = holderOf(source, "Ref", container, set);
    if (holder === undefined) isComplete = false;
    else
      for (const variable of variablesOf(holder, source.get("prefix").text ?? ""))
        variables.set(variable.name, variable);
  }
  const given = new Set(variables.keys());
  for (const entry of container.cursor.items("env")) {
    const name = entry.get("name").text;
    if (name !== undefined) variables.set(name, readEntry(entry, name, container, set, variables));
  }
  return { variables, given, isComplete };
}

function readEntry(
  entry: Cursor,
  name: string,
  container: Container,
  set: ResourceSet,
  before: ReadonlyMap<string, EnvironmentVariable>,
): EnvironmentVariable {
  const nameAt = entry.get("name");
  const value = entry.get("value");
  const from = entry.get("valueFrom");
  if (!from.isSet) {
    return {
      name,
      value: expand(value.text ?? "", before),
      origin: "literal",
      isNamed: true,
      at: value.isSet ? value : entry,
      nameAt,
    };
  }
  const holder = holderOf(from, "KeyRef", container, set);
  const key = (from.get("configMapKeyRef").isSet ? from.get("configMapKeyRef") : from.get("secretKeyRef")).get(
    "key",
  ).text;
  const found = holder === undefined ? undefined : variablesOf(holder, "").find((variable) => variable.name === key);
  if (found !== undefined) return { ...found, name, nameAt, isNamed: true };
  const origin = from.get("secretKeyRef").isSet ? "Secret" : from.get("configMapKeyRef").isSet ? "ConfigMap" : "field";
  return { name, value: undefined, origin, isNamed: true, at: entry, nameAt };
}

/** `$(NAME)` stands for a variable set before; `$$(` is a plain `$(`. */
export const VARIABLE_REFERENCE = /\$\$|\$\(([-._a-zA-Z][-._a-zA-Z\d]*)\)/g;

function expand(text: string, before: ReadonlyMap<string, EnvironmentVariable>): string | undefined {
  let isKnown = true;
  const expanded = text.replaceAll(VARIABLE_REFERENCE, (whole, name: string | undefined) => {
    if (name === undefined) return "$";
    const variable = before.get(name);
    if (variable === undefined) return whole;
    if (variable.value === undefined) isKnown = false;
    return variable.value ?? "";
  });
  return isKnown ? expanded : undefined;
}

function holderOf(
  source: Cursor,
  suffix: "Ref" | "KeyRef",
  container: Container,
  set: ResourceSet,
): Resource | undefined {
  const { namespace } = container.workload.resource;
  const configMap = source.get(`configMap${suffix}`, "name").text;
  const secret = source.get(`secret${suffix}`, "name").text;
  if (configMap !== undefined) return set.find("ConfigMap", namespace, configMap);
  return secret === undefined ? undefined : set.find("Secret", namespace, secret);
}

/** What a ConfigMap or Secret holds, decoded. */
export function variablesOf(holder: Resource, prefix: string): EnvironmentVariable[] {
  const origin = holder.kind === "Secret" ? "Secret" : "ConfigMap";
  const plain = [...holder.root.fields("data"), ...holder.root.fields("stringData")];
  return plain.map(({ name, cursor }) => {
    const isEncoded = origin === "Secret" && cursor.path.at(-2) === "data";
    const text = cursor.text ?? "";
    const value = isEncoded ? Buffer.from(text, "base64").toString("utf8") : text;
    return { name: `${prefix}${name}`, value, origin, isNamed: false, at: cursor, nameAt: cursor, holder };
  });
}
