import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isAbsent, isObject } from "../files.ts";
import { checkout } from "./layout.ts";
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
    for (const path of [join(folder, "bun.lock"), ...workspaces(folder).flatMap(sources)])
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

/** The folder of ordersctl and those of the workspaces that it is made of, each once. */
function workspaces(root: string): readonly string[] {
  const folders = new Set([join(root, "cli")]);
  // What is added to a set while it is iterated is visited as well.
  for (const folder of folders) {
    const { dependencies }: { dependencies?: unknown } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
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
