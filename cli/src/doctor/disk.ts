import { open, rm, statfs } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileProblem } from "../files.ts";
import { duration, shellWord } from "../output/text.ts";
import { stackLayout } from "../stack/layout.ts";
import type { Tools } from "../tools.ts";
import type { Check } from "./check.ts";

/** mongod takes its journal in files of 100 MB, and ends when the next one finds no place. */
const FREE_MIN_BYTES = 200_000_000;
/** From here on an order takes a second. */
const SLOW_SYNC_MS = 200;
/** From here on the two writes of an order, with their queues, no longer fit into its 4 s. */
const FAILING_SYNC_MS = 1000;
const TRIES = 3;
const WAIT_MAX_MS = 5000;

/** What the stack's disk leaves room for, and how fast it is: to the services a slow one looks healthy. */
export async function checkDisk({ io }: Tools, option: string | undefined): Promise<Check> {
  const name = "Disk";
  const { dataDir } = stackLayout(io, option);
  if (!existsSync(dataDir)) return { name, status: "ok", detail: "not looked at: there is no data yet" };
  const fix = `df -h ${shellWord(dataDir)}`;
  try {
    const { bavail, bsize } = await statfs(dataDir);
    const free = `${Math.floor((bavail * bsize) / 1e6).toLocaleString("en")} MB free`;
    if (bavail * bsize < FREE_MIN_BYTES) {
      const detail = `${free}: mongod stops when there is no room left`;
      return { name, status: "problem", detail, fix };
    }
    return { name, ...judge(await fastestSyncMs(dataDir, io), free) };
  } catch (error) {
    return { name, status: "problem", detail: `nothing can be written to ${dataDir}: ${fileProblem(error)}`, fix };
  }
}

/** @param syncMs of the fastest try: a busy disk may be slow once. Undefined when none was over in time */
export function judge(syncMs: number | undefined, free: string): Omit<Check, "name"> {
  const detail = `${free}, ${syncMs === undefined ? "no write is done within 5 s" : `a write takes ${duration(Math.max(syncMs, 1))}`}`;
  if (syncMs !== undefined && syncMs < SLOW_SYNC_MS) return { status: "ok", detail };
  const fix = "see docs/runbooks/disk-slow-or-full.md";
  return syncMs !== undefined && syncMs < FAILING_SYNC_MS
    ? { status: "warning", detail: `${detail}: orders are slow`, fix }
    : { status: "problem", detail: `${detail}: orders fail with 503`, fix };
}

async function fastestSyncMs(folder: string, { sleep }: Tools["io"]): Promise<number | undefined> {
  const path = join(folder, `.doctor-${process.pid}`);
  const file = await open(path, "w", 0o600);
  let fastestMs: number | undefined;
  const tries = async () => {
    try {
      // Without a name it stays behind nowhere, whatever comes.
      await rm(path);
      for (let count = 0; count < TRIES; count++) {
        const begunAtMs = performance.now();
        await file.write(Buffer.alloc(4096, count + 1), 0, 4096, 0);
        await file.sync();
        fastestMs = Math.min(fastestMs ?? Infinity, performance.now() - begunAtMs);
      }
    } finally {
      await file.close();
    }
  };
  const over = new AbortController();
  try {
    // A write that hangs cannot be taken back; only the wait for it ends.
    await Promise.race([tries(), sleep(WAIT_MAX_MS, over.signal)]);
  } finally {
    // A timer that is left would keep doctor running for as long.
    over.abort();
  }
  return fastestMs;
}
