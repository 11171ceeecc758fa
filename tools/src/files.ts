import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Text files larger than this are not read by the checks. */
const MAX_TEXT_BYTES = 2 * 1024 * 1024;
const SNIFFED_BYTES = 8_000;
/** What a walk leaves out where there is no git to ask: the folders that `.gitignore` names. */
const IGNORED_FOLDERS = new Set([
  ".git",
  "node_modules",
  "dist",
  "build",
  "coverage",
  "artifacts",
  "backups",
  ".product-order",
]);

export interface TextFile {
  /** Path relative to the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every file of the project, relative to the root: tracked, or new and not ignored. Sorted. */
export async function listProjectFiles(root: string): Promise<string[]> {
  const listed = await listWithGit(root);
  const paths = listed ?? walk(root, "");
  const present = await Promise.all(paths.map((path) => Bun.file(join(root, path)).exists()));
  return paths.filter((_, index) => present[index]).sort();
}

/** Reads those of the files that are text of at most 2 MiB. */
export async function readTextFiles(root: string, paths: readonly string[]): Promise<TextFile[]> {
  const files: TextFile[] = [];
  for (const path of paths) {
    const file = Bun.file(join(root, path));
    if (file.size > MAX_TEXT_BYTES) continue;
    const text = await file.text();
    if (!text.slice(0, SNIFFED_BYTES).includes("\0")) files.push({ path, text });
  }
  return files;
}

/** The line, from 1, in which a character stands. */
export function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < index; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

/** `undefined` where git is missing or the folder is no checkout, as in an unpacked archive. */
async function listWithGit(root: string): Promise<string[] | undefined> {
  if (Bun.which("git") === null) return undefined;
  const git = Bun.spawn(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    stdout: "pipe",
    stderr: "ignore",
  });
  const [output, exitCode] = await Promise.all([git.stdout.text(), git.exited]);
  if (exitCode !== 0) return undefined;
  return [...new Set(output.split("\0").filter((path) => path !== ""))];
}

function walk(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return IGNORED_FOLDERS.has(entry.name) ? [] : walk(root, path);
    return entry.isFile() && entry.name !== ".env" ? [path] : [];
  });
}
