import { existsSync, readFileSync, statfsSync } from "node:fs";
import { chmod, mkdir } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";
import { freePort, isFree } from "./free-port.ts";
import { lastInLog, listensByLog, logEnd, reasonInLog } from "./mongod-log.ts";
import { endProcess, type Lifetime, type MongodExit, type MongodProcess, spawnMongod } from "./mongod-process.ts";

/** mongod ended or did not come up in time. The message says why, from its log, and where the log is. */
export class MongodStartError extends Error {
  override readonly name = "MongodStartError";
}

export interface ListenOptions {
  readonly binary: string;
  readonly dataDir: string;
  /** Taken when it is free, else another one is. */
  readonly port: number | undefined;
  readonly replicaSet: string;
  readonly keyFile: string | undefined;
  readonly lifetime: Lifetime;
  /** Ends the wait; mongod is then killed. */
  readonly signal: AbortSignal;
}

/** A mongod that accepts connections; not yet a member of any set. */
export interface Listening {
  readonly process: MongodProcess;
  readonly port: number;
  readonly logPath: string;
  readonly exited: Promise<MongodExit>;
  /** Rejects with the reason from the log when mongod ends. Never resolves; race what waits for mongod against it. */
  readonly death: Promise<never>;
}

const POLL_MS = 20;
/** Bounds of mongod's cache; the least is what mongod itself asks for. */
const CACHE_MIN_GIB = 0.25;
const CACHE_MAX_GIB = 4;
/** Between looking for a free port and mongod taking it, somebody else may. */
const PORT_TRIES = 5;

/** Makes `dataDir` and its `db/`, for the owner alone. */
export async function prepareDataDir(dataDir: string): Promise<void> {
  await mkdir(join(dataDir, "db"), { recursive: true, mode: 0o700 });
  await chmod(dataDir, 0o700);
}

/**
 * Starts the process on a prepared data directory and waits until it accepts connections.
 * @throws {MongodStartError}
 */
export async function startListening(options: ListenOptions): Promise<Listening> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryToStart(options);
    } catch (error) {
      const portTaken = error instanceof MongodStartError && /address already in use/i.test(error.message);
      if (!portTaken || attempt === PORT_TRIES) throw error;
    }
  }
}

async function tryToStart(options: ListenOptions): Promise<Listening> {
  const logPath = join(options.dataDir, "mongod.log");
  const port = options.port !== undefined && isFree(options.port) ? options.port : freePort();
  const from = logEnd(logPath);
  const { lifetime, signal } = options;
  const child = await spawnMongod([options.binary, ...mongodArguments(options, port)], { logPath, lifetime });
  const death = child.exited.then((exit) => {
    throw new MongodStartError(explainExit(exit, options.dataDir, logPath, from));
  });
  // It may end at any time, also when nobody waits for it.
  death.catch(() => {});
  if (!(await Promise.race([listensInTime(child, () => listensByLog(logPath, from), signal), death]))) {
    await endProcess(child, "SIGKILL");
    const last = lastInLog(logPath, from);
    const said = last === undefined ? "" : `; the disk may be very slow. Its last message: ${last}`;
    throw new MongodStartError(`mongod does not listen on port ${port} in time${said}. Its log: ${logPath}`);
  }
  const exited = child.exited.then((exit) => withReason(exit, options.dataDir, logPath, from));
  return { process: child, port, logPath, exited, death };
}

/** Somebody's kill has no reason in the log, and an end in order none at all. */
function withReason(exit: MongodExit, dataDir: string, logPath: string, from: number): MongodExit {
  if (exit.code === 0 || exit.signal === "SIGKILL" || exit.signal === "SIGTERM" || !existsSync(logPath)) return exit;
  return { ...exit, reason: reasonOfEnd(dataDir, logPath, from) };
}

async function listensInTime(
  child: MongodProcess,
  listens: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<boolean> {
  let ended = false;
  void child.exited.then(() => (ended = true));
  while (!(await listens())) {
    if (ended || signal.aborted) return false;
    await Bun.sleep(POLL_MS);
  }
  return true;
}

function explainExit({ code, signal }: MongodExit, dataDir: string, logPath: string, from: number): string {
  const how = signal === undefined ? `exit code ${code}` : signal;
  const reason = reasonOfEnd(dataDir, logPath, from);
  if (reason?.includes("DBPathInUse")) {
    const pid = readFileSync(join(dataDir, "db", "mongod.lock"), "utf8").trim();
    return `another mongod uses ${dataDir} (process ${pid}): stop it first, or choose another data directory`;
  }
  return `mongod ended with ${how}${reason === undefined ? "" : `: ${reason}`}. Its log: ${logPath}`;
}

/** Of a full disk its log says nothing, since it found no place either, or names what followed from it. */
function reasonOfEnd(dataDir: string, logPath: string, from: number): string | undefined {
  return isFull(dataDir) ? "the disk is full" : reasonInLog(logPath, from);
}

const DISK_LEFT_MIN_BYTES = 1_000_000;

function isFull(path: string): boolean {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize < DISK_LEFT_MIN_BYTES;
}

/**
 * What mongod's cache may grow to, in GiB: a tenth of the memory. It takes what the data needs and no more, but a cache
 * that does not hold the indexes and documents in use makes an order half as dear again.
 * @param memoryBytes of the machine
 * @param limitBytes of the container; 0 where none is known
 */
export function cacheGib({ memoryBytes, limitBytes }: { memoryBytes: number; limitBytes: number }): number {
  const bytes = limitBytes > 0 ? Math.min(memoryBytes, limitBytes) : memoryBytes;
  return Math.min(Math.max(bytes / 10 / 2 ** 30, CACHE_MIN_GIB), CACHE_MAX_GIB);
}

function mongodArguments(options: ListenOptions, port: number): readonly string[] {
  const memory = { memoryBytes: totalmem(), limitBytes: process.constrainedMemory() };
  return [
    ...["--port", String(port), "--bind_ip", "127.0.0.1"],
    ...["--replSet", options.replicaSet, "--quiet"],
    // One machine serves everything here: memory and disk are kept for the services.
    ...["--wiredTigerCacheSizeGB", cacheGib(memory).toFixed(2), "--oplogSize", "256"],
    // Without it a new directory begins with 200 MB of empty journal, written before the first connection.
    ...["--wiredTigerEngineConfigString", "log=(prealloc=false)"],
    // A killed service must not keep its transaction's documents locked for the default minute.
    ...["--setParameter", "transactionLifetimeLimitSeconds=3"],
    ...["--setParameter", "diagnosticDataCollectionEnabled=false"],
    ...(process.platform === "win32" ? [] : ["--nounixsocket"]),
    ...(options.keyFile === undefined ? [] : ["--keyFile", options.keyFile]),
    // The last words of its command line tell whose it is, before it has written anything.
    ...["--dbpath", join(options.dataDir, "db")],
  ];
}
