import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { baseDirectory, type Environment } from "./base-directory.ts";

/** Leftovers of a fetch that was killed are removed when they are older than this, in milliseconds. */
const LEFTOVER_AGE_MS = 3_600_000;
const LEFTOVER_PREFIX = ".fetching-";

/** Where fetched mongods are kept: `$XDG_CACHE_HOME` or `~/.cache`, then `product-order-system/mongod`. */
export const defaultCacheDir = (env: Environment): string =>
  join(baseDirectory(env, "XDG_CACHE_HOME"), "product-order-system", "mongod");

/** Every `<cacheDir>/<build>/mongod`, in no order that means anything. An absent folder is an empty cache. */
export async function cachedMongods(cacheDir: string): Promise<readonly string[]> {
  const builds = await readdir(cacheDir).catch(() => []);
  const paths = builds
    .filter((build) => !build.startsWith(LEFTOVER_PREFIX))
    .map((build) => join(cacheDir, build, "mongod"));
  const present = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        (entry) => entry.isFile(),
        () => false,
      ),
    ),
  );
  return paths.filter((_, index) => present[index]);
}

/**
 * Gives `fetch` a private folder inside the cache, then moves the mongod that it made there to `<cacheDir>/<build>/mongod`
 * in one rename: another finder sees the whole file or none, however many fetch at once.
 * @param fetch answers the path of the finished, executable mongod inside the folder it was given
 */
export async function installIntoCache(
  cacheDir: string,
  build: string,
  fetch: (folder: string) => Promise<string>,
): Promise<string> {
  await makeFolder(cacheDir);
  await removeLeftovers(cacheDir);
  const folder = join(cacheDir, `${LEFTOVER_PREFIX}${process.pid}-${randomBytes(4).toString("hex")}`);
  await makeFolder(folder);
  try {
    const fetched = await fetch(folder);
    const target = join(cacheDir, build, "mongod");
    await makeFolder(join(cacheDir, build));
    await rename(fetched, target);
    return target;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** For the owner alone: whoever may write here chooses what the next start runs. */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

async function removeLeftovers(cacheDir: string): Promise<void> {
  const names = (await readdir(cacheDir)).filter((name) => name.startsWith(LEFTOVER_PREFIX));
  for (const name of names) {
    const path = join(cacheDir, name);
    const entry = await stat(path).catch(() => undefined);
    if (entry && Date.now() - entry.mtimeMs > LEFTOVER_AGE_MS) await rm(path, { recursive: true, force: true });
  }
}
