import type { ComposeProject } from "../model/compose.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import type { Container } from "../model/workload.ts";

/** The containers of all workloads. */
export function* containersOf(set: ResourceSet): Generator<Container> {
  for (const workload of set.workloads) yield* workload.containers;
}

/** `container web of Deployment shop/web`. */
export function titleOf({ name, workload }: Container): string {
  return `container ${name} of ${workload.resource.title}`;
}

/** Projects whose services are all known: a name that none of them has is a fault there. */
export function wholeProjects({ composeProjects }: ResourceSet): ComposeProject[] {
  return composeProjects.filter(({ isWhole }) => isWhole);
}
