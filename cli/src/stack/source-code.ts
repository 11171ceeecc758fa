import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isAbsent, isObject } from "../files.ts";
import type { Talk } from "../output/talk.ts";
import { checkout, type ServiceName, serviceNames, type StackLayout } from "./layout.ts";
import { shipped } from "./shipped.ts";
import type { StackState } from "./state.ts";

/** What of a stack runs code of ours; each is started by itself. */
const parts = ["supervisor", ...serviceNames] as const;
export type Part = (typeof parts)[number];

/**
 * Names the code of each part: a name changes with each change of that part and of what it is made of, and with nothing
 * else, such as the times of files.
 * @param root the checkout; a shipped program carries its code and reads nothing there
 * @returns undefined when it cannot be read, as while somebody changes it
 */
export function sourceCodes(root = checkout): Readonly<Record<Part, string>> | undefined {
  const carried = shipped()?.digest;
  if (carried !== undefined) return { supervisor: carried, user: carried, product: carried, order: carried };
  const known = new Map<string, string>();
  const digestOf = (folder: string) => {
    const digest = known.get(folder) ?? digestOfFiles(root, sources(folder));
    known.set(folder, digest);
    return digest;
  };
  try {
    const packages = digestOfFiles(root, [join(root, "bun.lock"), ...patches(root)]);
    const service = (name: ServiceName) =>
      digestOfTexts([packages, ...workspaces(root, join(root, "packages", `${name}-service`)).map(digestOf)]);
    // The supervisor makes the environment of a service by its configuration, and runs nothing else of it.
    const supervisor = workspaces(root, join(root, "cli")).map((folder) =>
      folder.endsWith("-service") ? digestOfFiles(root, [join(folder, "src", "config.ts")]) : digestOf(folder),
    );
    return {
      supervisor: digestOfTexts([packages, ...supervisor]),
      user: service("user"),
      product: service("product"),
      order: service("order"),
    };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/**
 * What of a stack was started with other code than is here now, in words, and what starts it anew. A part that names
 * none was started by an older ordersctl.
 */
export function changedCode(
  { codes }: StackState,
  { option }: StackLayout,
): { readonly what: string; readonly fix: string } | undefined {
  const now = sourceCodes();
  const changed = parts.filter((part) => now !== undefined && now[part] !== codes?.[part]);
  if (changed.length === 0) return undefined;
  const names = changed.map((part) => (part === "supervisor" ? part : `${part}-service`));
  const fix = changed.includes("supervisor")
    ? [`ordersctl down${option}`, `ordersctl up -d${option}`]
    : changed.map((service) => `ordersctl restart ${service}${option}`);
  return { what: `the code has changed since the start of ${names.join(", ")}`, fix: fix.join(" && ") };
}

/** Warns of a stack of which a part was started with other code than is here now. */
export function warnOfChangedCode(state: StackState, layout: StackLayout, talk: Talk): void {
  const changed = changedCode(state, layout);
  if (changed === undefined) return;
  talk.warn(`${changed.what}.`);
  talk.say(`Try: ${changed.fix}`);
}

const digestOfTexts = (texts: readonly string[]): string =>
  createHash("sha256").update(texts.join("\0")).digest("base64url");

const digestOfFiles = (root: string, paths: readonly string[]): string =>
  digestOfTexts(paths.flatMap((path) => [path.slice(root.length), readFileSync(path, "latin1")]));

/** What changes packages of others; the lock file names them, not what is in them. */
function patches(root: string): readonly string[] {
  const { patchedDependencies }: { patchedDependencies?: unknown } = readPackage(root);
  return isObject(patchedDependencies)
    ? Object.values(patchedDependencies).map((path) => join(root, String(path)))
    : [];
}

const readPackage = (folder: string) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

/** The folder of a workspace and those of the workspaces that it is made of, each once. */
function workspaces(root: string, own: string): readonly string[] {
  const folders = new Set([own]);
  // What is added to a set while it is iterated is visited as well.
  for (const folder of folders) {
    const { dependencies }: { dependencies?: unknown } = readPackage(folder);
    for (const name of isObject(dependencies) ? Object.keys(dependencies) : [])
      if (name.startsWith("@pos/")) folders.add(join(root, "packages", name.slice("@pos/".length)));
  }
  return [...folders];
}

const sources = (folder: string): readonly string[] =>
  readdirSync(join(folder, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
