import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, normalize } from "node:path";
import type { Bundle } from "../check.ts";
import { Cursor } from "../model/cursor.ts";
import { parseSource, type SourceProblem } from "../yaml/document.ts";
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
  const bundles = await Promise.all(roots.map((root) => render(root, known, kustomizer)));
  return { bundles, usedFiles: [...known.values()].flatMap((each) => each.files), folders: new Set(known.keys()) };
}

async function collect(file: string, known: Map<string, Kustomization>): Promise<void> {
  const folder = dirname(file);
  if (known.has(folder)) return;
  const { documents } = parseSource({ file, text: await readFile(file, "utf8") });
  const named = documents.flatMap((document) => textsIn(new Cursor(document, [], document.value)));
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
function textsIn(cursor: Cursor): string[] {
  if (cursor.text !== undefined) return cursor.text.includes("\n") || cursor.text === "" ? [] : [cursor.text];
  return [...cursor.items(), ...cursor.fields().map((field) => field.cursor)].flatMap(textsIn);
}

async function render(
  root: Kustomization,
  known: ReadonlyMap<string, Kustomization>,
  kustomizer: Kustomizer,
): Promise<Bundle> {
  const members = membersOf(root, known);
  const sources = await Promise.all(
    members
      .flatMap(({ files }) => files)
      .filter((file) => /\.(?:ya?ml|json)$/.test(file))
      .map(async (file) => ({ file, text: await readFile(file, "utf8") })),
  );
  const parsed = sources.map(parseSource);
  const files = [...members.map(({ file }) => file), ...sources.map(({ file }) => file)];
  const problems = parsed.flatMap((each) => each.problems);
  if (problems.length > 0) return { documents: [], problems, files };
  try {
    const text = await kustomizer(root.folder);
    const originals = parsed.flatMap(({ documents }) => documents);
    return { documents: readRendered({ file: `${root.folder} (rendered)`, text }, originals), problems, files };
  } catch (error) {
    return { documents: [], problems: [buildProblem(root, error)], files };
  }
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

function buildProblem({ file, folder }: Kustomization, error: unknown): SourceProblem {
  const message = (error instanceof Error ? error.message : String(error)).trim().replace(/^error: /i, "");
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
