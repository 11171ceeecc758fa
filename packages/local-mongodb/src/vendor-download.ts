import { chmod } from "node:fs/promises";
import type { Environment } from "./base-directory.ts";
import { installIntoCache } from "./cache.ts";
import { type Log, withHeartbeat } from "./progress.ts";

/** How long the download host may take to answer before it counts as out of reach, in milliseconds. */
const PROBE_TIMEOUT_MS = 2_000;

export interface VendorDownloadOptions {
  readonly env: Environment;
  readonly cacheDir: string;
  readonly log: Log;
  readonly signal: AbortSignal | undefined;
}

/**
 * Downloads the mongod that MongoDB Inc. publishes for this operating system, with mongodb-memory-server-core's knowledge
 * of versions, names and archives; its MONGOMS_* settings (version, mirror, …) work here too.
 * The host is asked first, so that a machine without a way there loses at most 2 s.
 * @returns the path of the mongod in the cache
 * @throws Error whose message is one line that says why this way is closed
 */
export async function downloadFromVendor({ cacheDir, log, signal }: VendorDownloadOptions): Promise<string> {
  const { MongoBinaryDownload } = await import("mongodb-memory-server-core/lib/util/MongoBinaryDownload");
  const { MongoBinaryDownloadUrl } = await import("mongodb-memory-server-core/lib/util/MongoBinaryDownloadUrl");
  const { DryMongoBinary } = await import("mongodb-memory-server-core/lib/util/DryMongoBinary");
  const wanted = await DryMongoBinary.generateOptions();
  const url = new URL(await new MongoBinaryDownloadUrl(wanted).getDownloadUrl());
  const sizeMb = await probe(url);

  return await installIntoCache(cacheDir, `vendor-${wanted.version}`, async (folder) => {
    const downloader = new MongoBinaryDownload({ ...wanted, downloadDir: folder, checkMD5: true });
    // It counts here, and would print to stdout, which belongs to the data of whoever runs this.
    downloader.printDownloadProgress = (chunk) => void (downloader.dlProgress.current += chunk.length);
    // It knows no signal, but hands its options on to the request.
    const request = downloader.httpDownload.bind(downloader);
    downloader.httpDownload = (address, settings, ...more) => request(address, { ...settings, signal }, ...more);
    const fetchedMb = () => `, ${Math.round(downloader.dlProgress.current / 1e6)} MB`;
    const fetched = await withHeartbeat(
      log,
      `downloading mongod ${wanted.version} from ${url.host} (${sizeMb} MB)`,
      () => withVerifiedTls(() => downloader.getMongodPath()),
      fetchedMb,
    );
    await chmod(fetched, 0o755);
    return fetched;
  });
}

/** @returns the size of the download in whole megabytes */
async function probe(url: URL): Promise<number | "?"> {
  let answer: Response;
  try {
    answer = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${url.host} cannot be reached (${why})`, { cause: error });
  }
  if (!answer.ok)
    throw new Error(`${url.host} has no mongod for this system (HTTP ${answer.status} for ${url.pathname})`);
  const bytes = Number(answer.headers.get("content-length"));
  return bytes > 0 ? Math.round(bytes / 1e6) : "?";
}

/** The downloader checks certificates only when npm is told to be strict; a program that will be run must be. */
async function withVerifiedTls<T>(work: () => Promise<T>): Promise<T> {
  const before = process.env["npm_config_strict_ssl"];
  process.env["npm_config_strict_ssl"] = "true";
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env["npm_config_strict_ssl"];
    else process.env["npm_config_strict_ssl"] = before;
  }
}
