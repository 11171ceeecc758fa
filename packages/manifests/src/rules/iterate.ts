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
