import { dirname, posix } from "node:path";
import type { TextFile } from "../files.ts";

/** One package of the workspace, as its package.json describes it. */
export interface Package {
  /** Folder relative to the root, `""` for the root itself. */
  readonly folder: string;
  /** The word the rules know it by: the last part of its folder, `root` for the root. */
  readonly short: string;
  readonly name: string;
  readonly dependencies: ReadonlySet<string>;
  readonly devDependencies: ReadonlySet<string>;
  /** The files that its `exports` name, relative to the root. */
  readonly doors: ReadonlySet<string>;
}

/** Reads the packages out of every package.json among the files. */
export function readPackages(files: readonly TextFile[]): Package[] {
  return files.filter(({ path }) => posix.basename(path) === "package.json").map(readPackage);
}

/** The package whose folder holds the file most closely. */
export function packageOf(path: string, packages: readonly Package[]): Package | undefined {
  return packages
    .filter(({ folder }) => folder === "" || path.startsWith(`${folder}/`))
    .reduce<Package | undefined>(
      (best, each) => (each.folder.length > (best?.folder.length ?? -1) ? each : best),
      undefined,
    );
}

function readPackage({ path, text }: TextFile): Package {
  const json: unknown = JSON.parse(text);
  const folder = dirname(path) === "." ? "" : dirname(path);
  return {
    folder,
    short: folder === "" ? "root" : posix.basename(folder),
    name: isRecord(json) && typeof json.name === "string" ? json.name : folder,
    dependencies: new Set([...keysOf(json, "dependencies"), ...keysOf(json, "peerDependencies")]),
    devDependencies: new Set(keysOf(json, "devDependencies")),
    doors: new Set(stringsIn(isRecord(json) ? json.exports : undefined).map((file) => posix.join(folder, file))),
  };
}

function keysOf(json: unknown, field: string): string[] {
  const value = isRecord(json) ? json[field] : undefined;
  return isRecord(value) ? Object.keys(value) : [];
}

function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return isRecord(value) ? Object.values(value).flatMap(stringsIn) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
