import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, normalize, relative } from "node:path";
import type { Bundle } from "../check.ts";
import { isRecord } from "../model/cursor.ts";
import { parseSource, type Source } from "../yaml/document.ts";
import { isKustomizationFile, readKustomizations, type Kustomizer } from "./kustomize.ts";

export interface ReadOptions {
  /** The text of standard input, asked for the path `-`. */
  readonly standardInput: () => Promise<string>;
  /** Renders a kustomization; default: `kubectl kustomize` or `kustomize`, whichever is on PATH. */
  readonly kustomizer?: Kustomizer;
}

/** Limits on a walk: deeper and larger trees are no manifests. */
const MAX_DEPTH = 12;
const MAX_FILES = 5000;
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/**
 * Reads files, folders (all `.yaml`, `.yml` and `.json` below, without hidden folders and node_modules) and `-`. Each
 * kustomization that no other one uses becomes a bundle of its own, rendered; everything else is one bundle together.
 * @throws {InputError} for a path that does not exist or is too large
 */
export async function readBundles(paths: readonly string[], options: ReadOptions): Promise<Bundle[]> {
  const files: string[] = [];
  const plain: Source[] = [];
  for (const path of paths) {
    if (path === "-") plain.push({ file: "<stdin>", text: await options.standardInput() });
    else files.push(...(await listFiles(path)));
  }
  const kustomizations = await readKustomizations(files.filter(isKustomizationFile), options.kustomizer);
  const taken = new Set(kustomizations.usedFiles);
  const isBeside = (file: string): boolean => kustomizations.folders.has(dirname(file));
  for (const file of files) {
    if (isKustomizationFile(file) || taken.has(file) || (isBeside(file) && !isNamed(file, paths))) continue;
    plain.push({ file, text: await readText(file) });
  }
  const orphans = files.filter((file) => isBeside(file) && !taken.has(file) && !isKustomizationFile(file));
  const bundles = withCompose(kustomizations.bundles, bundleOf(plain));
  return [...bundles, orphanBundle(orphans.filter((file) => !isNamed(file, paths)))].filter(isUsed);
}

/** Compose files are compared with every kustomization; without any they belong to the other files. */
function withCompose(kustomized: readonly Bundle[], plain: Bundle): Bundle[] {
  const compose = plain.documents.filter(
    ({ value }) => isRecord(value) && isRecord(value["services"]) && !Object.hasOwn(value, "kind"),
  );
  if (compose.length === 0 || kustomized.length === 0) return [...kustomized, plain];
  const rest = plain.documents.filter((document) => !compose.includes(document));
  return [
    ...kustomized.map((bundle) => ({ ...bundle, documents: [...bundle.documents, ...compose] })),
    { ...plain, documents: rest },
  ];
}

/** A path that cannot be read; the sentence says which. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** One bundle of sources that are read as they are. */
export function bundleOf(sources: readonly Source[]): Bundle {
  const parsed = sources.map(parseSource);
  return {
    documents: parsed.flatMap(({ documents }) => documents),
    problems: parsed.flatMap(({ problems }) => problems),
    files: sources.map(({ file }) => file),
  };
}

function orphanBundle(files: readonly string[]): Bundle {
  const problems = files
    .filter((file) => !/\.example\.ya?ml$/.test(file) && /\.ya?ml$/.test(file))
    .map((file) => ({
      file,
      line: 1,
      column: 1,
      rule: "kustomize-orphan",
      sentence: `${basename(file)} lies beside a kustomization that does not name it: it is never applied.`,
      hint: "Add it to resources, or move it elsewhere.",
    }));
  return { documents: [], problems, files: problems.map(({ file }) => file) };
}

function isUsed({ files }: Bundle): boolean {
  return files.length > 0;
}

function isNamed(file: string, paths: readonly string[]): boolean {
  return paths.some((path) => normalize(path) === file);
}

async function listFiles(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new InputError(`There is no file or folder ${path}.`);
  if (!found.isDirectory()) return [normalize(path)];
  const files: string[] = [];
  await walk(normalize(path), 0, files);
  return files.sort();
}

async function walk(folder: string, depth: number, files: string[]): Promise<void> {
  if (depth > MAX_DEPTH) return;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    if (entry.isDirectory()) await walk(path, depth + 1, files);
    else if (/\.(?:ya?ml|json)$/.test(entry.name)) files.push(path);
    if (files.length > MAX_FILES) throw new InputError(`${relative(".", folder)} holds more than ${MAX_FILES} files.`);
  }
}

/** @throws {InputError} for a file of more than 4 MiB */
export async function readText(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size > MAX_FILE_BYTES) throw new InputError(`${file} is larger than 4 MiB.`);
  return readFile(file, "utf8");
}
