import { posix } from "node:path";
import { FEATURE_ROLES, SERVICES } from "./table.ts";
import type { Package } from "./workspace.ts";

/** Tests, and what only tests use: `*.test.ts` and everything in a folder called `test`. */
export function isTestFile(path: string): boolean {
  return /\.test\.ts$|(?:^|\/)test\//.test(path);
}

export function isService(owner: Package): boolean {
  return SERVICES.includes(owner.short);
}

/**
 * The role of a file in a feature folder of a service: `orders/routes.ts` and `orders/audit-routes.ts` are routes.
 * Files that lie directly in `src` have none.
 */
export function roleOf(path: string, owner: Package): string | undefined {
  if (!isService(owner) || isTestFile(path)) return undefined;
  const inside = posix.relative(`${owner.folder}/src`, path);
  if (inside.startsWith("..") || !inside.includes("/")) return undefined;
  const word = posix.basename(path, ".ts").split(/[-.]/).at(-1) ?? "";
  return Object.hasOwn(FEATURE_ROLES, word) ? word : undefined;
}

/** Resolves a relative import to a path from the root. */
export function resolveRelative(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier);
}

/** `@pos/client/http` and `mongodb/lib/x` split into the package and the path inside it. */
export function splitSpecifier(specifier: string): { readonly name: string; readonly subpath: string } {
  const parts = specifier.split("/");
  const length = specifier.startsWith("@") ? 2 : 1;
  return { name: parts.slice(0, length).join("/"), subpath: parts.slice(length).join("/") };
}
