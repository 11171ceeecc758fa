import type { Cursor } from "../model/cursor.ts";
import { DNS_LABEL } from "../model/dns-label.ts";
import type { Resource } from "../model/resource.ts";
import type { Problem, Rule } from "../rule.ts";
import { isFilledIn } from "../schema/field-checks.ts";

const SERVICE_LABEL = /^[a-z](?:[-a-z\d]{0,61}[a-z\d])?$/;
const SUBDOMAIN = /^(?=.{1,253}$)[a-z\d](?:[-a-z\d]*[a-z\d])?(?:\.[a-z\d](?:[-a-z\d]*[a-z\d])?)*$/;
const LABEL_NAME = /^[A-Za-z\d](?:[-\w.]{0,61}[A-Za-z\d])?$/;
const DATA_KEY = /^[-._A-Za-z\d]{1,253}$/;
/** RBAC names are path segments: `system:node` is one. */
const RBAC_KINDS = new Set(["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]);
/** CronJob appends eleven characters to the names of its jobs. */
const MAX_CRON_JOB_NAME = 52;

const resourceName: Rule = {
  id: "resource-name",
  level: "error",
  title: "Names are DNS names",
  why: "The API server rejects capital letters, underscores and names that are too long; names of Services and Namespaces must be DNS labels.",
  wrong: "metadata: { name: Web_Server }",
  right: "metadata: { name: web-server }",
  *check(set) {
    for (const resource of set.resources) {
      const at = resource.root.get("metadata", "name");
      if (!at.isSet) {
        if (!resource.root.get("metadata", "generateName").isSet) {
          yield { at: resource.root.get("metadata"), sentence: `This ${resource.kind} has no metadata.name.` };
        }
        continue;
      }
      if (at.text === undefined || isFilledIn(at.text)) continue;
      const wanted = wantedForm(resource);
      if (wanted !== undefined)
        yield { at, sentence: `"${resource.name}" is not a valid name for a ${resource.kind}: ${wanted}.` };
    }
    for (const { containers } of set.workloads) {
      for (const { cursor, name } of containers) {
        if (name === "" || isFilledIn(name) || DNS_LABEL.test(name)) continue;
        const sentence = `"${name}" is not a valid container name: use at most 63 lower-case letters, digits and dashes.`;
        yield { at: cursor.get("name"), sentence };
      }
    }
  },
};

function wantedForm({ kind, name }: Resource): string | undefined {
  if (RBAC_KINDS.has(kind)) return /^[^/%]+$/.test(name) ? undefined : "it must not contain / or %";
  if (kind === "Service") {
    return SERVICE_LABEL.test(name)
      ? undefined
      : "use at most 63 lower-case letters, digits and dashes, starting with a letter";
  }
  if (kind === "Namespace")
    return DNS_LABEL.test(name) ? undefined : "use at most 63 lower-case letters, digits and dashes";
  if (!SUBDOMAIN.test(name)) return "use at most 253 lower-case letters, digits, dashes and dots";
  return kind === "CronJob" && name.length > MAX_CRON_JOB_NAME
    ? `it may have at most ${MAX_CRON_JOB_NAME} characters`
    : undefined;
}

const labelSyntax: Rule = {
  id: "label-syntax",
  level: "error",
  title: "Labels and annotation names have a valid form",
  why: "The API server rejects label values with spaces, slashes or more than 63 characters.",
  wrong: 'labels: { team: "order people" }',
  right: "labels: { team: order-people }",
  *check(set) {
    for (const { root } of set.resources) {
      yield* checkLabels(root.get("metadata", "labels"));
      yield* checkNames(root.get("metadata", "annotations"), "an annotation");
    }
    for (const { template, resource, podSpec } of set.workloads) {
      yield* checkLabels(podSpec.get("nodeSelector"));
      if (template.path.length > resource.root.path.length) yield* checkLabels(template.get("metadata", "labels"));
    }
  },
};

function* checkNames(map: Cursor, what: string): Generator<Problem> {
  for (const { name, cursor } of map.fields()) {
    const [prefix, ...rest] = name.split("/").toReversed();
    // Kubernetes takes capitals in the domain of an annotation.
    const domains = what === "a label" ? rest : rest.map((domain) => domain.toLowerCase());
    const isName =
      LABEL_NAME.test(prefix ?? "") && domains.length <= 1 && domains.every((each) => SUBDOMAIN.test(each));
    if (!isName) yield { at: cursor, sentence: `"${name}" is not a valid name for ${what}.` };
  }
}

function* checkLabels(labels: Cursor): Generator<Problem> {
  yield* checkNames(labels, "a label");
  for (const { name, cursor } of labels.fields()) {
    const value = cursor.text ?? "";
    if (value !== "" && !isFilledIn(value) && !LABEL_NAME.test(value)) {
      const hint = "Use at most 63 letters, digits, dashes, underscores and dots; put free text in an annotation.";
      yield { at: cursor, sentence: `"${value}" is not a valid value for the label ${name}.`, hint };
    }
  }
}

const dataKey: Rule = {
  id: "data-key",
  level: "error",
  title: "Keys of ConfigMaps and Secrets are file names",
  why: "The API server rejects keys that contain anything but letters, digits, dashes, underscores and dots.",
  wrong: 'data: { "log level": info }',
  right: "data: { LOG_LEVEL: info }",
  *check(set) {
    for (const resource of set.ofKind("ConfigMap", "Secret")) {
      for (const field of ["data", "stringData", "binaryData"]) {
        for (const { name, cursor } of resource.root.fields(field)) {
          if (!DATA_KEY.test(name))
            yield { at: cursor, sentence: `"${name}" is not a valid key for a ${resource.kind}.` };
        }
      }
    }
  },
};

const duplicateResource: Rule = {
  id: "duplicate-resource",
  level: "error",
  title: "No resource is defined twice",
  why: "When both are applied, one overwrites the other, depending on the order of the files.",
  wrong: "kind: Service\nmetadata: { name: web }\n---\nkind: Service\nmetadata: { name: web }",
  right: "kind: Service\nmetadata: { name: web }",
  *check(set) {
    const first = new Map<string, Resource>();
    for (const resource of set.resources) {
      if (resource.name === "" || !resource.root.get("metadata", "name").isSet) continue;
      const id = `${resource.apiVersion.split("/")[0]} ${resource.title}`;
      const earlier = first.get(id);
      if (earlier === undefined) first.set(id, resource);
      else {
        const { file, line } = earlier.root.get("kind").locate();
        const sentence = `${resource.title} is already defined in ${file}:${line}.`;
        yield { at: resource.root.get("metadata", "name"), sentence };
      }
    }
  },
};

export const nameRules: readonly Rule[] = [resourceName, labelSyntax, dataKey, duplicateResource];
