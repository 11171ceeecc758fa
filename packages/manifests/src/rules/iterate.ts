import type { ComposeProject, ComposeService } from "../model/compose.ts";
import type { Cursor } from "../model/cursor.ts";
import { environmentOf, type EnvironmentVariable } from "../model/environment.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import { didYouMean } from "../model/words.ts";
import type { Container } from "../model/workload.ts";
import type { Problem } from "../rule.ts";

/** The containers of all workloads. */
export function* containersOf(set: ResourceSet): Generator<Container> {
  for (const workload of set.workloads) yield* workload.containers;
}

/** The variables of all containers. */
export function* variablesOfContainers(
  set: ResourceSet,
): Generator<{ readonly container: Container; readonly variable: EnvironmentVariable }> {
  for (const container of containersOf(set)) {
    for (const variable of environmentOf(container, set).variables.values()) yield { container, variable };
  }
}

/** A name that a resource refers to. */
interface Reference {
  readonly at: Cursor;
  /** The beginning of the sentence, as in `Pod web mounts the claim`. */
  readonly use: string;
  readonly kind: string;
  /** Empty for kinds that live in no namespace. */
  readonly namespace: string;
}

/** A problem when no resource of the manifests has the name. */
export function* missingReference(set: ResourceSet, { at, use, kind, namespace }: Reference): Generator<Problem> {
  if (at.text === undefined || set.find(kind, namespace, at.text) !== undefined) return;
  const guess = didYouMean(at.text, set.namesOf(kind, namespace));
  yield { at, sentence: `${use} ${at.text}, which the manifests do not define${guess}.` };
}

/** `container web of Deployment shop/web`. */
export function titleOf({ name, workload }: Container): string {
  return `container ${name} of ${workload.resource.title}`;
}

/** What the compose files say of their services. */
export function composeServicesOf({ composeProjects }: ResourceSet): ComposeService[] {
  return composeProjects.flatMap(({ services }) => services);
}

/** Projects whose services are all known: a name that none of them has is a fault there. */
export function wholeProjects({ composeProjects }: ResourceSet): ComposeProject[] {
  return composeProjects.filter(({ isWhole }) => isWhole);
}
