/**
 * Makes src/schema/kubernetes.json anew from the PyPI package kubernetes-validate (Apache-2.0, see NOTICE):
 *
 *   bun packages/manifests/scripts/vendor-schemas.ts [path of the wheel]
 *
 * Without a path it asks pip for the version below. Python 3 unpacks the wheel.
 */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cutSubset, type RawDefinitions, type RawSchema, type Subset } from "./schema-subset.ts";

const PACKAGE = "kubernetes-validate==1.37.0";
/** The oldest Kubernetes minor version that is vendored. */
const OLDEST_MINOR = 31;
const TARGET = join(import.meta.dir, "../src/schema/kubernetes.json");

/** One form of a definition and the minor versions that have it. */
type Variant = readonly [minors: readonly number[], schema: RawSchema];

async function main(wheelPath: string | undefined): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "kubernetes-schemas-"));
  try {
    const wheel = wheelPath ?? (await downloadWheel(folder));
    await run(["python3", "-m", "zipfile", "-e", wheel, folder]);
    const subsets = await readSubsets(join(folder, "kubernetes_validate/kubernetes-json-schema"));
    const text = print(subsets);
    await Bun.write(TARGET, text);
    console.log(`${[...subsets.keys()].map((minor) => `1.${minor}`).join(", ")}: ${text.length} bytes`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function downloadWheel(folder: string): Promise<string> {
  await run(["python3", "-m", "pip", "download", "--no-deps", "--only-binary=:all:", PACKAGE, "-d", folder]);
  const wheel = (await readdir(folder)).find((name) => name.endsWith(".whl"));
  if (wheel === undefined) throw new Error(`pip brought no wheel of ${PACKAGE}.`);
  return join(folder, wheel);
}

async function readSubsets(folder: string): Promise<Map<number, Subset>> {
  const minors = (await readdir(folder))
    .flatMap((name) => /^v1\.(\d+)\.\d+-local-strict$/.exec(name)?.[1] ?? [])
    .map(Number)
    .filter((minor) => minor >= OLDEST_MINOR)
    .sort((a, b) => a - b);
  const subsets = new Map<number, Subset>();
  for (const minor of minors) {
    const file = Bun.file(join(folder, `v1.${minor}.0-local-strict/_definitions.json`));
    const { $defs } = (await file.json()) as { $defs: RawDefinitions };
    subsets.set(minor, cutSubset($defs));
  }
  return subsets;
}

/** One definition a line, so that a new version shows as a readable change. */
function print(subsets: ReadonlyMap<number, Subset>): string {
  const definitions = new Map<string, Variant[]>();
  for (const [minor, subset] of subsets) {
    for (const [name, schema] of Object.entries(subset.definitions)) {
      const variants = definitions.get(name) ?? [];
      const text = JSON.stringify(schema);
      const same = variants.findIndex(([, other]) => JSON.stringify(other) === text);
      if (same === -1) variants.push([[minor], schema]);
      else variants[same] = [[...(variants[same]?.[0] ?? []), minor], schema];
      definitions.set(name, variants);
    }
  }
  const kinds = [...subsets.values()].at(-1)?.kinds ?? {};
  const lines = [...definitions]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map((entry) => {
      return `${JSON.stringify(entry[0])}:${JSON.stringify(entry[1])}`;
    });
  return [
    `{"minors":${JSON.stringify([...subsets.keys()])},`,
    `"kinds":${JSON.stringify(kinds)},`,
    `"definitions":{`,
    `${lines.join(",\n")}}}`,
    "",
  ].join("\n");
}

async function run(command: readonly string[]): Promise<void> {
  const { exited } = Bun.spawn([...command], { stdout: "ignore", stderr: "inherit" });
  if ((await exited) !== 0) throw new Error(`${command.join(" ")} failed.`);
}

await main(Bun.argv[2]);
