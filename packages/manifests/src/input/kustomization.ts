import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, normalize } from "node:path";
import { parseValues } from "../yaml/values.ts";

/** A kustomization.yaml and what it names. */
export interface Kustomization {
  readonly folder: string;
  readonly file: string;
  /** Files that it names, in any field. */
  readonly files: readonly string[];
  /** Folders of other kustomizations that it builds on. */
  readonly folders: readonly string[];
}

/** Kustomizations by folder, with all that they build on. */
export type KustomizationTree = ReadonlyMap<string, Kustomization>;

const FILE_NAMES = new Set(["kustomization.yaml", "kustomization.yml", "Kustomization"]);

export function isKustomizationFile(file: string): boolean {
  return FILE_NAMES.has(basename(file));
}

/** Reads kustomizations and all that they build on. */
export async function readKustomizationTree(files: readonly string[]): Promise<KustomizationTree> {
  const tree = new Map<string, Kustomization>();
  for (const file of files) await collect(file, tree);
  return tree;
}

/** The kustomizations that no other one builds on, and one of each circle, whose rendering then says so. */
export function rootsOf(tree: KustomizationTree): Kustomization[] {
  const used = new Set([...tree.values()].flatMap(({ folders }) => folders));
  const roots = [...tree.values()].filter(({ folder }) => !used.has(folder));
  const reached = new Set(roots.flatMap((root) => membersOf(root, tree)));
  for (const member of tree.values()) {
    if (reached.has(member)) continue;
    roots.push(member);
    for (const each of membersOf(member, tree)) reached.add(each);
  }
  return roots;
}

/** The kustomization and all that it builds on; overlays come first. */
export function membersOf(root: Kustomization, tree: KustomizationTree): Kustomization[] {
  const members = new Map([[root.folder, root]]);
  for (const member of members.values()) {
    for (const folder of member.folders) {
      const inner = tree.get(folder);
      if (inner !== undefined && !members.has(folder)) members.set(folder, inner);
    }
  }
  return [...members.values()];
}

async function collect(file: string, tree: Map<string, Kustomization>): Promise<void> {
  const folder = dirname(file);
  if (tree.has(folder)) return;
  const files: string[] = [];
  const folders: string[] = [];
  tree.set(folder, { folder, file, files, folders });
  for (const name of new Set(textsIn(await valuesOf(file)))) {
    const path = normalize(join(folder, name.includes("=") ? name.slice(name.indexOf("=") + 1) : name));
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() === true) files.push(path);
    else if (found?.isDirectory() === true && path !== folder) {
      const inner = await kustomizationFileOf(path);
      if (inner === undefined) continue;
      folders.push(path);
      await collect(inner, tree);
    }
  }
}

/** None when it is no YAML: the rendering then fails, and its sources are looked through for the reason. */
async function valuesOf(file: string): Promise<unknown[]> {
  const text = await readFile(file, "utf8");
  try {
    return parseValues(text);
  } catch {
    return [];
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
