import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isAbsent, isObject } from "../files.ts";
import type { Talk } from "../output/talk.ts";
import { checkout, type StackLayout } from "./layout.ts";
import { shipped } from "./shipped.ts";
import type { StackState } from "./state.ts";

/**
 * Names the code of the services and of ordersctl: it changes with each change of that and with nothing else, such as the
 * times of files.
 * @param folder of the checkout; a shipped program carries its code and reads nothing there
 * @returns undefined when it cannot be read, as while somebody changes it
 */
export function sourceCode(folder = checkout): string | undefined {
  const carried = shipped();
  if (carried !== undefined) return carried.digest;
  const hash = createHash("sha256");
  try {
    for (const path of [join(folder, "bun.lock"), ...patches(folder), ...workspaces(folder).flatMap(sources)])
      hash.update(path.slice(folder.length)).update("\0").update(readFileSync(path)).update("\0");
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  return hash.digest("base64url");
}

/** Whether a stack was started with other code than is here now. One that names none was, by an older ordersctl. */
export function hasCodeChanged({ code }: StackState): boolean {
  const now = sourceCode();
  return now !== undefined && now !== code;
}

/** Warns of a stack that was started with other code than is here now. */
export function warnOfChangedCode(state: StackState, { option }: StackLayout, talk: Talk): void {
  if (!hasCodeChanged(state)) return;
  // The state names no code of a single service, and the supervisor is never restarted.
  talk.warn("the code has changed since the start; the supervisor, and services not restarted since, run the old one.");
  talk.say(`Try: ordersctl down${option} && ordersctl up -d${option}`);
}

/** What changes packages of others; the lock file names them, not what is in them. */
function patches(root: string): readonly string[] {
  const { patchedDependencies }: { patchedDependencies?: unknown } = readPackage(root);
  return isObject(patchedDependencies)
    ? Object.values(patchedDependencies).map((path) => join(root, String(path)))
    : [];
}

const readPackage = (folder: string) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

/** The folder of ordersctl and those of the workspaces that it is made of, each once. */
function workspaces(root: string): readonly string[] {
  const folders = new Set([join(root, "cli")]);
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
