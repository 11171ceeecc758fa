import type { LiveFacts, ServiceFacts } from "../facts.ts";
import type { SourceDocument, SourceProblem } from "../yaml/document.ts";
import { type ComposeFile, type ComposeProject, projectsOf, readCompose } from "./compose.ts";
import { Cursor } from "./cursor.ts";
import { includesLabels, type Labels, matchesSelector } from "./labels.ts";
import { objectsOf, readResource, type Resource } from "./resource.ts";
import { readWorkload, type Workload } from "./workload.ts";
import { knownKinds, schemaOfKind } from "../schema/definitions.ts";

/** Each pod of a StatefulSet gets a label with its own name. */
const POD_NAME_LABEL = "statefulset.kubernetes.io/pod-name";

/** What is known besides the manifests. */
export interface SetFacts {
  readonly services: readonly ServiceFacts[];
  readonly live: readonly LiveFacts[];
  /** Minor version of Kubernetes whose schemas are asked. */
  readonly minor: number;
}

/** Everything that is applied together: references are looked up in here and nowhere else. */
export class ResourceSet {
  readonly facts: SetFacts;
  readonly problems: readonly SourceProblem[];
  readonly resources: readonly Resource[];
  readonly workloads: readonly Workload[];
  readonly composeProjects: readonly ComposeProject[];
  /** Documents, and items of lists, that are neither Kubernetes objects nor compose files. */
  readonly strangers: readonly Cursor[];
  readonly #byId = new Map<string, Resource>();
  readonly #podsByNamespace: ReadonlyMap<string, Workload[]>;
  readonly #custom: readonly Resource[];

  constructor(documents: readonly SourceDocument[], problems: readonly SourceProblem[], facts: SetFacts) {
    const composeFiles: ComposeFile[] = [];
    const resources: Resource[] = [];
    const strangers: Cursor[] = [];
    for (const document of documents) {
      const root = new Cursor(document, document.value);
      const compose = readCompose(root);
      if (compose !== undefined) composeFiles.push(compose);
      for (const object of compose === undefined ? objectsOf(root) : []) {
        const found = readResource(object);
        if (found.length === 0) strangers.push(object);
        resources.push(...found.map(ofOwnGroup));
      }
    }
    this.facts = facts;
    this.problems = problems;
    this.resources = resources;
    this.#custom = resources.filter(({ apiVersion, kind }) => schemaOfKind(apiVersion, kind) === undefined);
    this.composeProjects = projectsOf(composeFiles);
    this.strangers = strangers;
    this.workloads = resources.flatMap((resource) => readWorkload(resource) ?? []);
    this.#podsByNamespace = Map.groupBy(this.workloads, ({ resource }) => resource.namespace);
    for (const resource of resources) this.#byId.set(idOf(resource.kind, resource.namespace, resource.name), resource);
    // Knative makes a Service for each of its own: who refers to that one does not refer to nothing.
    for (const resource of this.#custom) {
      const id = idOf(resource.root.get("kind").text ?? "", resource.namespace, resource.name);
      if (!this.#byId.has(id)) this.#byId.set(id, resource);
    }
  }

  /** The resource of that kind, namespace and name. */
  find(kind: string, namespace: string, name: string): Resource | undefined {
    return this.#byId.get(idOf(kind, namespace, name));
  }

  ofKind(...kinds: readonly string[]): Resource[] {
    return this.resources.filter(({ kind }) => kinds.includes(kind));
  }

  /** Names of all resources of a kind in a namespace: what a mistyped reference may have meant. */
  namesOf(kind: string, namespace: string): string[] {
    return this.ofKind(kind)
      .filter((resource) => resource.namespace === namespace)
      .map(({ name }) => name);
  }

  /** The workloads of a namespace whose pods carry these labels; none for an empty selector. */
  podsByLabels(namespace: string, wanted: Labels): Workload[] {
    if (Object.keys(wanted).length === 0) return [];
    const { [POD_NAME_LABEL]: podName, ...others } = wanted;
    return this.podsIn(namespace).filter(
      ({ labels, resource }) =>
        includesLabels(labels, others) && (podName === undefined || isMemberOf(resource, podName)),
    );
  }

  /** The workloads of a namespace that a LabelSelector takes; an empty one takes all. */
  podsBySelector(namespace: string, selector: Cursor): Workload[] {
    return this.podsIn(namespace).filter(({ labels }) => matchesSelector(selector, labels));
  }

  /** Whether an operator may run pods with these labels: one of them is the name of a resource without a schema. */
  mayBeOperated(namespace: string, labels: Labels): boolean {
    const values = Object.values(labels);
    return this.#custom.some((resource) => resource.namespace === namespace && values.includes(resource.name));
  }

  podsIn(namespace: string): Workload[] {
    return this.#podsByNamespace.get(namespace) ?? [];
  }

  /** The workload that runs a service of ours: by its name, or by the usual labels. */
  workloadOf(service: string): Workload | undefined {
    const isNamed = (workload: Workload): boolean =>
      workload.resource.name === service || workload.labels["app.kubernetes.io/name"] === service;
    return this.workloads.find((workload) => isNamed(workload) && workload.resource.kind !== "Job");
  }
}

/** Whether a name is `NAME-0`, `NAME-1` and so on: what a StatefulSet calls its pods. */
export function isMemberOf({ kind, name }: Resource, podName: string): boolean {
  return kind === "StatefulSet" && podName.startsWith(`${name}-`) && /^\d+$/.test(podName.slice(name.length + 1));
}

const BUILT_IN = new Set(knownKinds());

/**
 * A kind of another group may have the name of one of Kubernetes (Knative's Service, OpenShift's Ingress), whose rules do
 * not apply to it. It gets the name that kubectl uses to tell the two apart, such as `Service.serving.knative.dev`.
 */
function ofOwnGroup(resource: Resource): Resource {
  const [group = ""] = resource.apiVersion.split("/", 1);
  if (!group.includes(".") || /(?:^|\.)k8s\.io$/.test(group) || !BUILT_IN.has(resource.kind)) return resource;
  const kind = `${resource.kind}.${group}`;
  return { ...resource, kind, title: resource.title.replace(resource.kind, () => kind) };
}

function idOf(kind: string, namespace: string, name: string): string {
  return `${kind}\n${namespace}\n${name}`;
}
