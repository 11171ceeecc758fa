import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { baseDirectory } from "@pos/local-mongodb/base-directory";
import type { Io } from "../io.ts";

/** What a shipped program carries besides its own code. */
export interface Shipped {
  readonly commit: string;
  /** Names the content of `files`. */
  readonly digest: string;
  /** Bundles of the services: path in the folder they are unpacked to, and where the program holds it. */
  readonly files: Readonly<Record<string, string>>;
}

declare global {
  /** Set by the entry that tools/src/ship writes. */
  var ordersctlShipped: Shipped | undefined;
}

/** Undefined where ordersctl runs from its sources. */
export const shipped = (): Shipped | undefined => globalThis.ordersctlShipped;

/**
 * The folder of the services that this program carries; the first call unpacks them into the user's cache.
 * @returns undefined where it carries none
 */
export function unpackServices(env: Io["env"]): string | undefined {
  const carried = shipped();
  if (carried === undefined || Object.keys(carried.files).length === 0) return undefined;
  const parent = join(baseDirectory(env, "XDG_CACHE_HOME"), "product-order-system", "services");
  const folder = join(parent, carried.digest);
  if (existsSync(folder)) return folder;
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  const temporary = mkdtempSync(join(parent, ".unpacking-"));
  try {
    for (const [path, source] of Object.entries(carried.files)) {
      mkdirSync(dirname(join(temporary, path)), { recursive: true });
      writeFileSync(join(temporary, path), readFileSync(source));
    }
    renameSync(temporary, folder);
  } catch (error) {
    // Another start may have been quicker: its folder is as good.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}
