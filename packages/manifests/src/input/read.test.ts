import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { checkManifests } from "../check.ts";
import { InputError, readBundles } from "./read.ts";

// A busy machine is slow, and programs are started here.
setDefaultTimeout(120_000);

const CONFIG = `apiVersion: v1
kind: ConfigMap
metadata:
  name: web-config
data:
  LOG_LEVEL: info
`;
const PATCH = `apiVersion: v1
kind: ConfigMap
metadata:
  name: web-config
data:
  API_TOKEN: correct horse
`;
const COMPOSE = `services:
  web:
    image: example.com/web:1.0.0
    depends_on: [databse]
  database:
    image: mongo:8.0.12
`;

let folder = "";
const environment = process.env;
const standardInput = async (): Promise<string> => CONFIG.replace("info", "5");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "manifests-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("readBundles", () => {
  test("reads folders, files and standard input as one bundle", async () => {
    await write({
      "one/a.yaml": CONFIG,
      "one/deep/b.yml": CONFIG.replace("web-config", "b"),
      "one/c.txt": "no: [manifest",
    });
    const bundles = await readBundles([join(folder, "one"), "-"], { standardInput, environment });
    expect(bundles).toHaveLength(1);
    expect(bundles[0]?.documents).toHaveLength(3);
    const { findings } = checkManifests(bundles);
    expect(findings.map(({ file, line, rule }) => [file, line, rule])).toEqual(
      [
        [join(folder, "one/a.yaml"), 4, "duplicate-resource"],
        ["<stdin>", 6, "schema-wrong-type"],
      ].toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    );
  });

  test("says which path does not exist", async () => {
    const reading = readBundles([join(folder, "nowhere")], { standardInput, environment });
    await expect(reading).rejects.toBeInstanceOf(InputError);
  });

  test("follows links to files, and says which one leads nowhere", async () => {
    await write({ "links/real/a.txt": CONFIG, "links/real/folder.yaml/b.yaml": CONFIG });
    await symlink("real/a.txt", join(folder, "links/a.yaml"));
    // A link to a folder may lead in a circle.
    await symlink("real/folder.yaml", join(folder, "links/folder.yaml"));
    const read = () => readBundles([join(folder, "links")], { standardInput, environment });
    expect((await read())[0]?.files).toEqual([
      join(folder, "links/a.yaml"),
      join(folder, "links/real/folder.yaml/b.yaml"),
    ]);
    await symlink("nowhere.yaml", join(folder, "links/z.yaml"));
    const error: unknown = await read().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect(String(error)).toContain("links/z.yaml");
  });

  test("passes over JSON of other programs in a folder, and checks it when it is named", async () => {
    await write({ "json/package.json": '{ "name": "web" }', "json/config.json": JSON.stringify({ apiVersion: "v1" }) });
    const lines = async (path: string) =>
      checkManifests(await readBundles([join(folder, path)], { standardInput, environment })).findings.map(
        ({ file }) => file,
      );
    expect(await lines("json")).toEqual([join(folder, "json/config.json")]);
    expect(await lines("json/package.json")).toEqual([join(folder, "json/package.json")]);
  });

  test("renders overlays apart and points at the file that holds the value", async () => {
    await write({
      "tree/base/kustomization.yaml": "resources: [config.yaml]\n",
      "tree/base/config.yaml": CONFIG.replace("LOG_LEVEL: info", "LOG_LEVEL: info\n  PASSWORD: hunter2"),
      "tree/overlays/one/kustomization.yaml": "resources: [../../base]\nnamePrefix: one-\n",
      "tree/overlays/two/kustomization.yaml": "resources: [../../base]\npatches: [{ path: patch.yaml }]\n",
      "tree/overlays/two/patch.yaml": PATCH,
    });
    const bundles = await readBundles([join(folder, "tree")], { standardInput, environment });
    expect(bundles).toHaveLength(2);
    const { findings, resourceCount } = checkManifests(bundles);
    expect(resourceCount).toBe(2);
    expect(findings.map(({ file, line, column, rule }) => [file, line, column, rule])).toEqual([
      [join(folder, "tree/base/config.yaml"), 7, 13, "plain-secret"],
      [join(folder, "tree/base/config.yaml"), 7, 13, "plain-secret"],
      [join(folder, "tree/overlays/two/patch.yaml"), 6, 14, "plain-secret"],
    ]);
  });

  test("points at the overlay's patch where it changes a value of the base, and at the base where it does not", async () => {
    const deployment = (image: string, more: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
${more}  template:
    spec:
      containers:
        - name: web
          image: ${image}
`;
    const more = "  selector: { matchLabels: { app: wbe } }\n";
    const base = deployment("example.com/web:1.0.0", more).replace(
      "    spec:",
      "    metadata: { labels: { app: web } }\n    spec:",
    );
    await write({
      "patched/base/kustomization.yaml": "resources: [web.yaml]\n",
      "patched/base/web.yaml": base,
      "patched/over/kustomization.yaml": "resources: [../base]\npatches: [{ path: patch.yaml }]\n",
      "patched/over/patch.yaml": deployment("example.com/web:latest", ""),
    });
    const { findings } = checkManifests(await readBundles([join(folder, "patched")], { standardInput, environment }));
    const errors = findings.filter(({ severity }) => severity === "error");
    expect(errors.map(({ file, line, rule }) => [file, line, rule])).toEqual([
      [join(folder, "patched/base/web.yaml"), 6, "selector-template"],
      [join(folder, "patched/over/patch.yaml"), 10, "image-pinned"],
    ]);
    // Both files have a part of the container: what neither says is missing in the base.
    const missing = findings.find(({ rule }) => rule === "read-only-root");
    expect([missing?.file, missing?.line]).toEqual([join(folder, "patched/base/web.yaml"), 11]);
  });

  test("points at the resource of the same namespace where another one has the same name", async () => {
    const service = (namespace: string): string => `apiVersion: v1
kind: Service
metadata: { name: web, namespace: ${namespace} }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`;
    const pod =
      "---\napiVersion: v1\nkind: Pod\nmetadata: { name: web, namespace: one, labels: { app: web } }\nspec: {}\n";
    await write({
      "twice/kustomization.yaml": "resources: [two.yaml, one.yaml]\n",
      "twice/one.yaml": `# One\n${service("one")}${pod}`,
      "twice/two.yaml": service("two"),
    });
    const { findings } = checkManifests(await readBundles([join(folder, "twice")], { standardInput, environment }));
    const places = findings.filter(({ rule }) => rule === "service-selector").map(({ file, line }) => [file, line]);
    expect(places).toEqual([[join(folder, "twice/two.yaml"), 4]]);
  });

  test("finds a repeated key that the renderer drops without a word", async () => {
    await write({
      "repeated/kustomization.yaml": "resources: [config.yaml]\npatches: [{ path: patch.yaml }]\n",
      "repeated/config.yaml": CONFIG,
      "repeated/patch.yaml": `${CONFIG}  LOG_LEVEL: debug\n`,
    });
    const { findings } = checkManifests(await readBundles([join(folder, "repeated")], { standardInput, environment }));
    expect(findings.map(({ file, line, rule }) => [file, line, rule])).toEqual([
      [join(folder, "repeated/patch.yaml"), 7, "yaml-duplicate-key"],
    ]);
  });

  test("follows an image through the names that a base and its overlay give it", async () => {
    const image = (name: string, newName: string) =>
      `images: [{ name: ${name}, newName: ${newName}, newTag: 1.2.0 }]\n`;
    await write({
      "images/base/kustomization.yaml": `resources: [web.yaml]\n${image("web", "example.com/web")}`,
      "images/base/web.yaml":
        "apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec: { containers: [{ name: web, image: web:1 }] }\n",
      "images/over/kustomization.yaml": `resources: [../base]\n${image("example.com/web", "example.org/web")}`,
    });
    const rules = async () =>
      checkManifests(await readBundles([join(folder, "images")], { standardInput, environment }))
        .findings.filter(({ rule }) => rule === "kustomize-image")
        .map(({ sentence }) => sentence);
    expect(await rules()).toEqual([]);
    await write({
      "images/over/kustomization.yaml": `resources: [../base]\n${image("example.com/wbe", "example.org/web")}`,
    });
    expect(await rules()).toEqual(["No resource uses the image example.com/wbe (did you mean example.com/web?)."]);
  });

  test("follows the target of a patch to names with a prefix, to generated ones and to what another patch deletes", async () => {
    const patch = (kind: string, name: string) =>
      `{ target: { kind: ${kind}, name: ${name} }, patch: '[{"op":"add","path":"/metadata/annotations","value":{}}]' }`;
    const deletion = `{ patch: '{ apiVersion: v1, kind: ConfigMap, metadata: { name: gone }, $patch: delete }' }`;
    await write({
      "targets/base/kustomization.yaml":
        "namePrefix: shop-\nresources: [config.yaml, gone.yaml]\nconfigMapGenerator: [{ name: made, literals: [A=b] }]\n",
      "targets/base/config.yaml": CONFIG,
      "targets/base/gone.yaml": CONFIG.replace(/name: [\w-]+/, "name: gone"),
      "targets/part/kustomization.yaml": `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [${patch("Deployment", "optional")}]\n`,
      "targets/over/kustomization.yaml": `resources: [../base]\ncomponents: [../part]\npatches: [${[
        patch("ConfigMap", '".*-made"'),
        patch("ConfigMap", "made"),
        patch("ConfigMap", "^made$"),
        patch("Config.*", '""'),
        patch("ConfigMap", "gone"),
        deletion.replace("gone", "shop-gone"),
        patch("ConfigMap", "mdae"),
      ].join(", ")}]\n`,
    });
    const { findings } = checkManifests(await readBundles([join(folder, "targets")], { standardInput, environment }));
    expect(findings.map(({ rule, sentence }) => `${rule}: ${sentence}`)).toEqual([
      "kustomize-target: This patch targets ConfigMap mdae, which matches no resource.",
    ]);
  });

  test("reports what cannot be rendered, and where no tool is", async () => {
    await write({ "broken/kustomization.yaml": "resources: [missing.yaml]\n" });
    const path = join(folder, "broken");
    const sentences = async (options: Parameters<typeof readBundles>[1]): Promise<string[]> =>
      checkManifests(await readBundles([path], options)).findings.map(({ rule, sentence }) => `${rule}: ${sentence}`);
    expect(await sentences({ standardInput, environment })).toEqual([
      expect.stringMatching(/^kustomize-build: .*missing\.yaml/),
    ]);
    // Without the time and the process of kubectl's log line: the finding is the same in every run.
    expect(await sentences({ standardInput, environment })).toEqual([
      expect.not.stringMatching(/run\.go|command failed|[^.]"\.$|>\.$/),
    ]);
    expect(await sentences({ standardInput, environment: { PATH: folder } })).toEqual([
      expect.stringMatching(
        /cannot be rendered: neither kubectl nor kustomize is on PATH; .* \| ordersctl validate -\.$/,
      ),
    ]);
    await write({ "mute/kubectl": "#!/bin/sh\nexit 1\n" });
    await chmod(join(folder, "mute/kubectl"), 0o755);
    expect(await sentences({ standardInput, environment: { PATH: join(folder, "mute") } })).toEqual([
      expect.stringMatching(/cannot be rendered: Command failed: kubectl kustomize .*\/broken\.$/),
    ]);
    const kustomizer = async (): Promise<string> => CONFIG.replace("info", "5");
    expect(await sentences({ standardInput, environment, kustomizer })).toEqual([
      expect.stringMatching(/^schema-wrong-type: /),
    ]);
  });

  test("knows a kustomization by each of its three names", async () => {
    await write({ "named/Kustomization": "resources: [missing.yaml]\n", "named/config.yaml": CONFIG });
    const { findings } = checkManifests(await readBundles([join(folder, "named")], { standardInput, environment }));
    expect(findings.map(({ rule }) => rule).toSorted()).toEqual(["kustomize-build", "kustomize-orphan"]);
  });

  test("reports kustomizations that build on each other in a circle", async () => {
    await write({
      "circle/a/kustomization.yaml": "resources: [../b]\n",
      "circle/b/kustomization.yaml": "resources: [../a]\n",
    });
    const { findings } = checkManifests(await readBundles([join(folder, "circle")], { standardInput, environment }));
    expect(findings.map(({ rule, sentence }) => `${rule}: ${sentence}`)).toEqual([
      expect.stringMatching(/^kustomize-build: .*cycle detected/),
    ]);
  });

  test("names the line of a kustomization that is no YAML", async () => {
    await write({ "syntax/kustomization.yaml": "resources: [a.yaml\n" });
    const { findings } = checkManifests(await readBundles([join(folder, "syntax")], { standardInput, environment }));
    expect(findings.map(({ rule }) => rule)).toContain("yaml-syntax");
  });

  test("checks a file beside a kustomization when it is named, and leaves examples alone", async () => {
    await write({
      "beside/kustomization.yaml": "resources: [config.yaml]\n",
      "beside/config.yaml": CONFIG,
      "beside/other.yaml": CONFIG.replace("info", "5"),
      "beside/secret.example.yaml": CONFIG,
    });
    const rules = async (...paths: string[]): Promise<string[]> =>
      checkManifests(await readBundles(paths, { standardInput, environment })).findings.map(({ rule }) => rule);
    expect(await rules(join(folder, "beside"))).toEqual(["kustomize-orphan"]);
    expect(await rules(join(folder, "beside/other.yaml"))).toEqual(["schema-wrong-type"]);
  });

  test("compares a compose file with every overlay, and reports it once", async () => {
    await write({
      "both/compose.yaml": COMPOSE,
      "both/k8s/a/kustomization.yaml": "resources: [config.yaml]\n",
      "both/k8s/a/config.yaml": CONFIG,
      "both/k8s/b/kustomization.yaml": "resources: [config.yaml]\n",
      "both/k8s/b/config.yaml": CONFIG,
    });
    const { findings, resourceCount } = checkManifests(
      await readBundles([join(folder, "both")], { standardInput, environment }),
    );
    expect(resourceCount).toBe(2);
    expect(findings.map(({ file, line, rule }) => [file, line, rule])).toEqual([
      [join(folder, "both/compose.yaml"), 4, "compose-depends"],
    ]);
  });
});

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}
