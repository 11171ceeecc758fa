import { YAML } from "bun";
import { expect, test } from "bun:test";
import { resolve } from "node:path";

const BASE = resolve(import.meta.dir, "../../../k8s/base");

interface Deployment {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
}
type Container = Readonly<Record<"startupProbe" | "readinessProbe" | "livenessProbe", Probe | undefined>>;
interface Probe {
  readonly httpGet: { readonly path: string };
}

test.each(["user-service", "product-service", "order-service"])(
  "%s starts and gets requests when its database answers, and is not killed for one that does not",
  async (name) => {
    const deployment = YAML.parse(await Bun.file(`${BASE}/${name}-deployment.yaml`).text()) as Deployment;
    const [container] = deployment.spec.template.spec.containers;
    expect(container?.startupProbe?.httpGet.path).toBe("/health");
    expect(container?.readinessProbe?.httpGet.path).toBe("/health");
    expect(container?.livenessProbe?.httpGet.path).toBe("/health?checks=none");
  },
);
