import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, normalize } from "node:path";
import type { Bundle } from "../check.ts";
import type { SourceProblem } from "../yaml/document.ts";
import { LazySource } from "../yaml/lazy-source.ts";
import { readRendered } from "./origin.ts";

/** Renders the kustomization of a folder. @throws Error with the tool's own message */
export type Kustomizer = (folder: string) => Promise<string>;

interface Kustomization {
  readonly folder: string;
  readonly file: string;
  /** Files that it names, in any field. */
  readonly files: readonly string[];
  /** Folders of other kustomizations that it builds on. */
  readonly folders: readonly string[];
}

export interface Kustomizations {
  readonly bundles: readonly Bundle[];
  readonly usedFiles: readonly string[];
  readonly folders: ReadonlySet<string>;
}

const FILE_NAMES = new Set(["kustomization.yaml", "kustomization.yml", "Kustomization"]);
const MAX_OUTPUT_BYTES = 32 * 1024 * 1024;
const LIMIT_MS = 60_000;

export function isKustomizationFile(file: string): boolean {
  return FILE_NAMES.has(basename(file));
}

/** Reads kustomizations and all that they build on, and renders those that no other one uses. */
export async function readKustomizations(
  files: readonly string[],
  kustomizer = renderKustomization,
): Promise<Kustomizations> {
  const known = new Map<string, Kustomization>();
  for (const file of files) await collect(file, known);
  const used = new Set([...known.values()].flatMap(({ folders }) => folders));
  const roots = [...known.values()].filter(({ folder }) => !used.has(folder));
  // The programs run while the sources are read.
  const rendering = roots.map(({ folder }) => settled(kustomizer(folder)));
  const sources = new Map<string, LazySource>();
  const bundles: Bundle[] = [];
  for (const [index, root] of roots.entries()) {
    const read = await readSources(membersOf(root, known), sources);
    bundles.push(toBundle(root, read, (await rendering[index]) ?? new Error("it was not rendered")));
  }
  return { bundles, usedFiles: [...known.values()].flatMap((each) => each.files), folders: new Set(known.keys()) };
}

/** What a promise gives, or the error that it fails with. */
function settled(promise: Promise<string>): Promise<string | Error> {
  return promise.catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
}

async function readSources(members: readonly Kustomization[], known: Map<string, LazySource>): Promise<LazySource[]> {
  const files = members
    .flatMap((member) => [member.file, ...member.files])
    .filter((file) => /\.(?:ya?ml|json)$/.test(file));
  const sources: LazySource[] = [];
  for (const file of new Set(files)) {
    const source = known.get(file) ?? new LazySource({ file, text: await readFile(file, "utf8") });
    known.set(file, source);
    sources.push(source);
  }
  return sources;
}

/**
 * The tools that render drop the second of two equal keys without a word, so the sources are looked through as well;
 * other faults of theirs make the rendering fail.
 */
function toBundle(root: Kustomization, sources: readonly LazySource[], rendered: string | Error): Bundle {
  const files = sources.map(({ file }) => file);
  const suspects = rendered instanceof Error ? sources : sources.filter(({ mayRepeatKeys }) => mayRepeatKeys);
  const problems = suspects.flatMap((source) => source.parsed.problems);
  if (problems.length > 0) return { documents: [], problems, files };
  if (rendered instanceof Error) return { documents: [], problems: [buildProblem(root, rendered)], files };
  return { documents: readRendered({ file: `${root.folder} (rendered)`, text: rendered }, sources), problems, files };
}

async function collect(file: string, known: Map<string, Kustomization>): Promise<void> {
  const folder = dirname(file);
  if (known.has(folder)) return;
  const named = new LazySource({ file, text: await readFile(file, "utf8") }).values.flatMap(textsIn);
  const files: string[] = [];
  const folders: string[] = [];
  const kustomization: Kustomization = { folder, file, files, folders };
  known.set(folder, kustomization);
  for (const name of new Set(named)) {
    const path = normalize(join(folder, name.includes("=") ? name.slice(name.indexOf("=") + 1) : name));
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() === true) files.push(path);
    else if (found?.isDirectory() === true && path !== folder) {
      const inner = await kustomizationFileOf(path);
      if (inner === undefined) continue;
      folders.push(path);
      await collect(inner, known);
    }
  }
}

async function kustomizationFileOf(folder: string): Promise<string | undefined> {
  for (const name of FILE_NAMES) {
    const file = join(folder, name);
    if ((await stat(file).catch(() => undefined))?.isFile() === true) return file;
  }
  return undefined;
}

/** Every text of one line below a value: some of them are paths. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return value.includes("\n") || value === "" ? [] : [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The kustomization and all that it builds on; overlays come first. */
function membersOf(root: Kustomization, known: ReadonlyMap<string, Kustomization>): Kustomization[] {
  const members = new Map([[root.folder, root]]);
  for (const member of members.values()) {
    for (const folder of member.folders) {
      const inner = known.get(folder);
      if (inner !== undefined && !members.has(folder)) members.set(folder, inner);
    }
  }
  return [...members.values()];
}

function buildProblem({ file, folder }: Kustomization, error: Error): SourceProblem {
  const message = error.message.trim().replace(/^error: /i, "");
  const sentence = `${folder} cannot be rendered: ${message.replaceAll(/\s+/g, " ").replace(/\.?$/, ".")}`;
  return { file, line: 1, column: 1, rule: "kustomize-build", sentence };
}

/** `kubectl kustomize`, or `kustomize build` where there is no kubectl. */
export async function renderKustomization(folder: string): Promise<string> {
  const kubectl = await run("kubectl", ["kustomize", folder]);
  const output = kubectl ?? (await run("kustomize", ["build", folder]));
  if (output !== undefined) return output;
  throw new Error(
    `neither kubectl nor kustomize is on PATH; render it elsewhere and pipe it: kustomize build ${folder} | ordersctl validate -`,
  );
}

/** What the program prints; `undefined` when it is not installed. @throws Error with what it prints on stderr */
function run(program: string, parameters: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    execFile(program, [...parameters], { maxBuffer: MAX_OUTPUT_BYTES, timeout: LIMIT_MS }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.code === "ENOENT") resolve(undefined);
      else reject(new Error(stderr.trim() === "" ? error.message : stderr));
    });
  });
}
