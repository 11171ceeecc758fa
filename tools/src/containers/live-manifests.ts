import { YAML } from "bun";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "./checks.ts";
import type { Cluster } from "./cluster.ts";

const services = [
  { name: "user", port: 3001 },
  { name: "product", port: 3002 },
  { name: "order", port: 3003 },
] as const;

/**
 * `ordersctl validate --live`: what was applied against what answers, reached as a person would, by port-forward. It
 * finds nothing; and finds the difference when the manifests name another version.
 */
export async function validateLive(cluster: Cluster): Promise<string> {
  const forwards = await Promise.all(services.map(({ name, port }) => cluster.forward(`${name}-service`, port)));
  try {
    const env = Object.fromEntries(
      services.map(({ name }, index) => [`ORDERSCTL_${name.toUpperCase()}_URL`, forwards[index]?.url ?? ""]),
    );
    const email = await cluster.secret("ADMIN_EMAIL");
    const input = `${await cluster.secret("ADMIN_PASSWORD")}\n`;
    await cluster.ordersctl(["login", "--email", email, "--password-stdin"], { env, input });

    const validate = ["validate", "--live", "--strict", "-o", "json"];
    const report = JSON.parse(await cluster.ordersctl([...validate, cluster.live], { env })) as Report;
    expect(report.findings.length === 0, JSON.stringify(report.findings));

    const other = await anotherVersion(cluster.live);
    const said = await cluster.ordersctl([...validate, other], { env }).then(() => "nothing", String);
    for (const { name } of services)
      expect(
        said.includes(`The running ${name}-service has version 0.1.0, but the image is 9.9.9.`),
        `it finds ${said}`,
      );
    return `${report.resourceCount} objects, 3 services; 3 of 3 differences found in another version`;
  } finally {
    for (const forward of forwards) forward.stop();
  }
}

interface Report {
  readonly findings: readonly object[];
  readonly resourceCount: number;
}

/** The kustomization beside, with images that do not run. */
async function anotherVersion(live: string): Promise<string> {
  const folder = join(live, "..", "another-version");
  await mkdir(folder, { recursive: true });
  const images = services.map(({ name }) => ({ name: `product-order-system/${name}-service`, newTag: "9.9.9" }));
  await writeFile(join(folder, "kustomization.yaml"), YAML.stringify({ resources: ["../live"], images }, null, 2));
  return folder;
}
