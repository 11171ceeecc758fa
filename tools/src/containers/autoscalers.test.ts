import { YAML } from "bun";
import { expect, test } from "bun:test";
import { resolve } from "node:path";

const K8S = resolve(import.meta.dir, "../../../k8s");
/** What the containers check grants a service after 100,000 requests, in MiB. */
const LOADED_MEMORY_MAX_MIB = 200;

interface Autoscaler {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly metrics: readonly { readonly resource: Metric }[] };
}
interface Metric {
  readonly name: string;
  readonly target: { readonly averageValue?: string };
}
interface Deployment {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
}
interface Container {
  readonly resources: { readonly limits: { readonly memory: string } };
}

const read = async (path: string): Promise<unknown> => YAML.parse(await Bun.file(`${K8S}/${path}`).text());
const toMib = (quantity: string | undefined): number => Number(/^(\d+)Mi$/.exec(quantity ?? "")?.[1]);

const autoscalers = (await read("overlays/production/autoscalers.yaml")) as readonly Autoscaler[];

test("there is an autoscaler for each service", () =>
  expect(autoscalers.map(({ metadata }) => metadata.name)).toEqual([
    "user-service",
    "product-service",
    "order-service",
  ]));

test.each(autoscalers.map((each) => [each.metadata.name, each] as const))(
  "what %s may hold calls for no more pods, and what comes near its limit does",
  async (name, { spec }) => {
    const { target } = spec.metrics.find(({ resource }) => resource.name === "memory")?.resource ?? {};
    const deployment = (await read(`base/${name}-deployment.yaml`)) as Deployment;
    const limitMib = toMib(deployment.spec.template.spec.containers[0]?.resources.limits.memory);
    expect(toMib(target?.averageValue)).toBeGreaterThan(1.5 * LOADED_MEMORY_MAX_MIB);
    expect(toMib(target?.averageValue)).toBeLessThan(limitMib);
  },
);
