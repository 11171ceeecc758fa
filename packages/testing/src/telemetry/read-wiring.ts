import { existsSync } from "node:fs";
import { join } from "node:path";
import { YAML } from "bun";
import type { Manifest, Wiring } from "./wiring.ts";

const root = join(import.meta.dir, "../../../..");
const observability = join(root, "observability");

/** Reads compose.yaml and what stands under observability/. */
export async function readWiring(): Promise<Wiring> {
  const grafana = join(observability, "grafana");
  const { datasources } = (await yaml(join(grafana, "provisioning/datasources/prometheus.yml"))) as {
    datasources: Wiring["datasources"];
  };
  const { providers } = (await yaml(join(grafana, "provisioning/dashboards/files.yml"))) as {
    providers: Wiring["providers"];
  };
  return {
    compose: (await yaml(join(root, "compose.yaml"))) as Wiring["compose"],
    prometheus: (await yaml(join(observability, "prometheus/prometheus.yml"))) as Wiring["prometheus"],
    datasources,
    providers,
    dashboards: await readDashboards(join(grafana, "dashboards")),
    exists: (path) => existsSync(join(root, path)),
  };
}

/** Reads every object under k8s/. */
export async function readManifests(): Promise<readonly Manifest[]> {
  const found: Manifest[] = [];
  for await (const file of new Bun.Glob("**/*.yaml").scan(join(root, "k8s"))) {
    const documents = [await yaml(join(root, "k8s", file))].flat() as (Manifest | null)[];
    found.push(...documents.flatMap((document) => (document?.kind === undefined ? [] : document)));
  }
  return found;
}

async function readDashboards(folder: string): Promise<Wiring["dashboards"]> {
  const found: { title: string; sources: readonly string[] }[] = [];
  for await (const file of new Bun.Glob("*.json").scan(folder)) {
    const { title, panels } = (await Bun.file(join(folder, file)).json()) as {
      title: string;
      panels: readonly { datasource: { uid: string } }[];
    };
    found.push({ title, sources: panels.map(({ datasource }) => datasource.uid) });
  }
  return found;
}

const yaml = async (file: string): Promise<unknown> => YAML.parse(await Bun.file(file).text());
