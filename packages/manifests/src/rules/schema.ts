import type { Resource } from "../model/resource.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import { closest } from "../model/words.ts";
import type { Rule } from "../rule.ts";
import { apiVersionsOf, isOfKubernetes, knownKinds, schemaOfKind } from "../schema/definitions.ts";
import { findRemovedApi } from "../schema/removed.ts";
import type { SchemaProblem, SchemaRule } from "../schema/problem.ts";
import { validateSchema } from "../schema/validate.ts";

const cache = new WeakMap<Resource, readonly SchemaProblem[]>();

function schemaProblems(resource: Resource, set: ResourceSet): readonly SchemaProblem[] {
  const known = cache.get(resource);
  if (known !== undefined) return known;
  const schema = schemaOfKind(resource.apiVersion, resource.kind);
  const problems = schema === undefined ? [] : validateSchema(resource.root, schema, set.facts.minor);
  cache.set(resource, problems);
  return problems;
}

/** A check that gives what the schema of each resource finds for one rule. */
export const fromSchema = (id: SchemaRule): Rule["check"] =>
  function* (set) {
    for (const resource of set.resources) {
      for (const problem of schemaProblems(resource, set)) if (problem.rule === id) yield problem;
    }
  };

/** What the schemas find: each takes the problems of its id. */
const rulesOfSchemas: readonly Rule[] = (
  [
    {
      id: "schema-unknown-field",
      level: "error",
      title: "Every field exists in this version of Kubernetes",
      why: "Older clients silently drop a misspelt field and strict ones reject it: the probe, limit or setting is missing.",
      wrong: "containers: [{ name: web, readynessProbe: { … } }]",
      right: "containers: [{ name: web, readinessProbe: { … } }]",
    },
    {
      id: "schema-missing-field",
      level: "error",
      title: "Every required field is present",
      why: "The API server rejects the resource.",
      wrong: "kind: Deployment\nspec: { template: { … } }",
      right: "kind: Deployment\nspec: { selector: { matchLabels: { app: web } }, template: { … } }",
    },
    {
      id: "schema-wrong-type",
      level: "error",
      title: "Every value has the type of its field",
      why: "The API server rejects the resource. Usually a number is in quotes, or a value of a ConfigMap is not.",
      wrong: 'replicas: "2"',
      right: "replicas: 2",
    },
    {
      id: "schema-wrong-value",
      level: "error",
      title: "Every value is allowed for its field",
      why: "The API server rejects the resource: a number is too large, or the data of a Secret is not base64.",
      wrong: "kind: Secret\ndata: { PASSWORD: plain text }",
      right: "kind: Secret\nstringData: { PASSWORD: plain text }",
    },
    {
      id: "quantity",
      level: "error",
      title: "Amounts of CPU, memory and storage are quantities",
      why: "The API server rejects the resource; JSON Schema cannot detect it, because it accepts any string as a quantity.",
      wrong: "limits: { cpu: 500milli, memory: 512MB }",
      right: "limits: { cpu: 500m, memory: 512Mi }",
    },
    {
      id: "number-range",
      level: "error",
      title: "Numbers are in the range of their field",
      why: "The API server rejects the resource; the published schema accepts any number.",
      wrong: "topologySpreadConstraints: [{ maxSkew: 0, … }]",
      right: "topologySpreadConstraints: [{ maxSkew: 1, … }]",
    },
    {
      id: "field-form",
      level: "error",
      title: "Strings have the format of their field",
      why: "The API server rejects the resource: percentages, address blocks, time zones, names of volumes and variables, and paths inside volumes have a format that the published schema does not describe.",
      wrong: 'rollingUpdate: { maxUnavailable: "1" }',
      right: "rollingUpdate: { maxUnavailable: 1 }",
    },
  ] as const
).map((rule) => ({ ...rule, check: fromSchema(rule.id) }));

const apiRemoved: Rule = {
  id: "api-removed",
  level: "error",
  title: "The apiVersion is still served",
  why: "The cluster answers `no matches for kind`, and nothing is applied.",
  wrong: "apiVersion: extensions/v1beta1\nkind: Deployment",
  right: "apiVersion: apps/v1\nkind: Deployment",
  *check(set) {
    for (const { root, apiVersion, kind } of set.resources) {
      const removed = findRemovedApi(apiVersion, kind, set.facts.minor);
      if (removed === undefined) continue;
      const sentence = `${apiVersion} ${kind} was removed in Kubernetes 1.${removed.removedIn}.`;
      yield { at: root.get("apiVersion"), sentence, hint: `Use ${removed.replacement}.` };
    }
  },
};

const unknownKind: Rule = {
  id: "unknown-kind",
  level: "error",
  title: "The kind has a schema",
  why: "The API server rejects a misspelt kind or apiVersion. Custom resources have no schema here: turn the rule off for them.",
  wrong: "apiVersion: v1\nkind: Deployment",
  right: "apiVersion: apps/v1\nkind: Deployment",
  *check(set) {
    for (const { root, apiVersion, kind } of set.resources) {
      if (isOfKubernetes(apiVersion, kind) || findRemovedApi(apiVersion, kind, set.facts.minor) !== undefined) continue;
      const versions = apiVersionsOf(kind);
      const guess = kind.includes(".") ? undefined : closest(kind, knownKinds());
      if (versions.length > 0) {
        const hint = `${kind} is in ${versions.join(" and ")}.`;
        yield { at: root.get("apiVersion"), sentence: `${apiVersion} has no ${kind}.`, hint };
      } else {
        const hint = guess === undefined ? "Turn unknown-kind off for custom resources." : `Did you mean ${guess}?`;
        const at = root.get("kind");
        yield { at, sentence: `There is no schema for ${apiVersion} ${at.text ?? kind}.`, hint };
      }
    }
  },
};

export const schemaRules: readonly Rule[] = [...rulesOfSchemas, apiRemoved, unknownKind];
