import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, normalize, relative } from "node:path";
import type { Bundle } from "../check.ts";
import type { Source } from "../yaml/document.ts";
import {
  isKustomizationFile,
  type KustomizationTree,
  membersOf,
  readKustomizationTree,
  rootsOf,
} from "./kustomization.ts";
import { type Environment, type Kustomizer, renderWithTools } from "./render.ts";

export interface ReadOptions {
  /** The text of standard input, asked for the path `-`. */
  readonly standardInput: () => Promise<string>;
  /** The environment in which `kubectl kustomize` or `kustomize`, whichever is on its PATH, renders kustomizations. */
  readonly environment: Environment;
  /** Renders kustomizations in place of those. */
  readonly kustomizer?: Kustomizer;
}

/** A path that cannot be read; the sentence says which. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** Limits on a walk: deeper and larger trees are no manifests. */
const MAX_DEPTH = 12;
const MAX_FILES = 5000;
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** All bundles of `streamBundles` together. */
export async function readBundles(paths: readonly string[], options: ReadOptions): Promise<Bundle[]> {
  const bundles: Bundle[] = [];
  for await (const bundle of streamBundles(paths, options)) bundles.push(bundle);
  return bundles;
}

/**
 * Reads files, folders (all `.yaml` and `.yml` below, and `.json` with an apiVersion, without hidden folders and
 * node_modules) and `-`. Each kustomization that no other one uses becomes a bundle of its own, rendered, and given as
 * soon as it is; everything else is one bundle together. Compose files are compared with every kustomization.
 * @throws {InputError} for a path that does not exist or is too large
 */
export async function* streamBundles(paths: readonly string[], options: ReadOptions): AsyncGenerator<Bundle> {
  const files = await listAll(paths.filter((path) => path !== "-"));
  const tree = await readKustomizationTree(files.filter(isKustomizationFile));
  const kustomizer = options.kustomizer ?? renderWithTools(options.environment);
  const renderings = rootsOf(tree).map((root) => ({ root, output: settled(kustomizer(root.folder)) }));
  // The programs run while the parser is loaded and the other files are read.
  const { bundleOf, orphanBundle, renderedBundle, SourceFiles, splitCompose } = await import("./bundles.ts");
  const { plain, orphans } = sortFiles(files, paths, tree);
  const sources: Source[] = paths.includes("-") ? [{ file: "<stdin>", text: await options.standardInput() }] : [];
  const named = new Set(paths.map((path) => normalize(path)));
  for (const file of plain) {
    const text = await readText(file);
    if (named.has(file) || !isOtherJson(file, text)) sources.push({ file, text });
  }
  const others = bundleOf(sources);
  const { compose, rest } = renderings.length > 0 ? splitCompose(others) : { compose: [], rest: others };
  const sourceFiles = new SourceFiles();
  for (const { root, output } of renderings) {
    const bundle = renderedBundle(root, await sourceFiles.read(membersOf(root, tree)), await output);
    yield { ...bundle, documents: [...bundle.documents, ...compose] };
  }
  for (const bundle of [rest, orphanBundle(orphans)]) if (bundle.files.length > 0) yield bundle;
}

/** Files that are read as they are, and those that a kustomization beside them forgot. */
function sortFiles(
  files: readonly string[],
  paths: readonly string[],
  tree: KustomizationTree,
): { readonly plain: readonly string[]; readonly orphans: readonly string[] } {
  const used = new Set([...tree.values()].flatMap((kustomization) => kustomization.files));
  const named = new Set(paths.map((path) => normalize(path)));
  const free = files.filter((file) => !isKustomizationFile(file) && !used.has(file));
  const isOrphan = (file: string): boolean => tree.has(dirname(file)) && !named.has(file);
  return { plain: free.filter((file) => !isOrphan(file)), orphans: free.filter(isOrphan) };
}

/** What a promise gives, or the error that it fails with. */
function settled(promise: Promise<string>): Promise<string | Error> {
  return promise.catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
}

async function listAll(paths: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(paths.map(listFiles));
  return [...new Set(lists.flat())];
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
    else if (isManifestName(entry.name) && (entry.isFile() || (await isLinkToFile(path)))) files.push(path);
    if (files.length > MAX_FILES) throw new InputError(`${relative(".", folder)} holds more than ${MAX_FILES} files.`);
  }
}

function isManifestName(name: string): boolean {
  return /\.(?:ya?ml|json)$/.test(name) || isKustomizationFile(name);
}

/** Links to folders are not followed: they may lead in a circle. @throws {InputError} for one that leads nowhere */
async function isLinkToFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new InputError(`${path} is a link that leads nowhere.`);
  return found.isFile();
}

/** JSON that lies among manifests and is none: `package.json`, dashboards. */
function isOtherJson(file: string, text: string): boolean {
  return file.endsWith(".json") && !text.includes('"apiVersion"');
}

/** @throws {InputError} for a file of more than 4 MiB */
async function readText(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size > MAX_FILE_BYTES) throw new InputError(`${file} is larger than 4 MiB.`);
  return readFile(file, "utf8");
}
