import { describe, expect, test } from "bun:test";
import { readManifests, readWiring } from "./read-wiring.ts";
import { clusterProblems, composeProblems, type Manifest, type Wiring } from "./wiring.ts";

const wiring = await readWiring();
const manifests = await readManifests();

/** The wiring with some of one service of compose.yaml replaced. */
const withService = (name: string, change: object): Wiring => ({
  ...wiring,
  compose: { services: { ...wiring.compose.services, [name]: { ...wiring.compose.services[name], ...change } } },
});
const withManifest = (kind: string, name: string, change: (manifest: Manifest) => object): readonly Manifest[] =>
  manifests.map((manifest) =>
    manifest.kind === kind && manifest.metadata.name === name ? { ...manifest, ...change(manifest) } : manifest,
  );

test("the compose profile fits together", () => {
  expect(composeProblems(wiring)).toEqual([]);
});

describe("in compose is seen", () => {
  const wrong: Readonly<Record<string, readonly [Wiring, string]>> = {
    "a service that nobody reads": [
      withService("cart-service", { environment: { METRICS_HOST: "0.0.0.0:9464" } }),
      "Prometheus does not read cart-service at cart-service:9464",
    ],
    "a service that does not listen": [
      withService("order-service", { environment: {} }),
      "Prometheus reads order-service at order-service:9464, which is not there",
    ],
    "measurements that are published": [
      withService("order-service", { ports: ["9464:9464"] }),
      "order-service publishes its measurements at 9464",
    ],
    "an image that moves": [withService("grafana", { image: "grafana/grafana:latest" }), "grafana has no pinned image"],
    "a port for everybody": [withService("prometheus", { ports: ["9090:9090"] }), "prometheus is open to others"],
    "a folder that is gone": [
      withService("collector", { volumes: ["./observability/gone:/etc/collector:ro"] }),
      "collector mounts what is not there",
    ],
    "a password": [
      withService("grafana", { environment: { GF_SECURITY_ADMIN_PASSWORD: "admin" } }),
      "grafana has a secret in the file: GF_SECURITY_ADMIN_PASSWORD",
    ],
    "dashboards elsewhere": [
      { ...wiring, providers: [{ options: { path: "/var/lib/boards" } }] },
      "Grafana looks for dashboards where none are mounted: /var/lib/boards",
    ],
    "a source without a host": [
      { ...wiring, datasources: [{ uid: "prometheus", url: "http://prom:9090" }] },
      "a source of Grafana is nobody: http://prom:9090/",
    ],
    "a panel without a source": [
      { ...wiring, dashboards: [{ title: "Sales", sources: ["other"] }] },
      "Sales asks the source other, which is not provisioned",
    ],
  };
  test.each(Object.entries(wrong))("%s", (_what, [changed, problem]) => {
    expect(composeProblems(changed).join("\n")).toContain(problem);
  });
});

test("in a cluster measurements are for monitoring alone", () => {
  expect(clusterProblems(manifests, 9464)).toEqual([]);
  expect(clusterProblems(manifests, 9465)).toHaveLength(3);
});

describe("in a cluster is seen", () => {
  const rule = (change: object) =>
    withManifest("NetworkPolicy", "order-service", ({ spec }) => ({
      spec: { ...spec, ingress: [...(spec?.ingress ?? []), change] },
    }));
  const wrong: Readonly<Record<string, readonly [readonly Manifest[], string]>> = {
    "a rule for everybody": [rule({ ports: [{ port: 9464 }] }), "order-service lets others than"],
    "a rule for every port": [
      rule({ from: [{ namespaceSelector: { matchLabels: { "product-order-system/ingress": "true" } } }] }),
      "order-service lets others than",
    ],
    "a Service": [
      withManifest("Service", "user-service", ({ spec }) => ({ spec: { ...spec, ports: [{ port: 9464 }] } })),
      "Service user-service leads to the measurements",
    ],
    "a path of the Ingress": [
      withManifest("Ingress", "product-order-system", () => ({ spec: { port: { name: "metrics" } } })),
      "Ingress product-order-system leads to the measurements",
    ],
  };
  test.each(Object.entries(wrong))("%s", (_what, [changed, problem]) => {
    expect(clusterProblems(changed, 9464).join("\n")).toContain(problem);
  });
});
