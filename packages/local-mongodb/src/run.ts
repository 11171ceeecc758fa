import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Credentials, secretsOf } from "./credentials.ts";
import { logEnd, reasonInLog } from "./mongod-log.ts";
import { type Lifetime, type MongodExit, type MongodProcess, spawnMongod } from "./mongod-process.ts";
import { accepts, freePort } from "./ports.ts";
import { bringToPrimary } from "./primary.ts";

export interface StartMongodOptions {
  /** A mongod of 6.0 or newer; see `findMongod`. */
  readonly binary: string;
  /** Made when absent, mode 0700. Keeps `db/`, `mongod.log` and, with `auth`, `keyfile` and `credentials.json`. */
  readonly dataDir: string;
  /** Taken when it is free, else another one is. Default: any free port. */
  readonly port?: number;
  /** Default `rs0`. */
  readonly replicaSet?: string;
  /** Ask for a password. Default false. */
  readonly auth?: boolean;
  /** Default `with-parent`. */
  readonly lifetime?: Lifetime;
  /** How long the whole start may take, in milliseconds. Default 60,000: the recovery after a kill may take a while. */
  readonly timeoutMs?: number;
}

export interface RunningMongod {
  readonly port: number;
  readonly pid: number;
  readonly logPath: string;
  /** With `auth` alone. */
  readonly credentials: Credentials | undefined;
  /** Resolves when mongod has ended, whoever ended it. */
  readonly exited: Promise<MongodExit>;
  /** A connection string for one database. */
  uri(database: string): string;
  /** Ends it in order (about a second), by force when it takes over 10 s. */
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/** mongod ended or did not come up in time. The message says why, from its log, and where the log is. */
export class MongodStartError extends Error {
  override readonly name = "MongodStartError";
}

const POLL_MS = 20;
const STOP_TIMEOUT_MS = 10_000;
/** Between looking for a free port and mongod taking it, somebody else may. */
const PORT_TRIES = 5;

/**
 * Starts a replica set of one member on 127.0.0.1 and waits until it is primary. The same data directory may be started
 * again and again, also after a crash and under another port: data, password and set stay.
 * @throws {MongodStartError}
 */
export async function startMongod(options: StartMongodOptions): Promise<RunningMongod> {
  const { dataDir, replicaSet = "rs0", timeoutMs = 60_000 } = options;
  const signal = AbortSignal.timeout(timeoutMs);
  await mkdir(join(dataDir, "db"), { recursive: true, mode: 0o700 });
  await chmod(dataDir, 0o700);
  const secrets = options.auth ? await secretsOf(dataDir) : undefined;
  const { child, port, logPath } = await startListening({ ...options, replicaSet, keyFile: secrets?.keyFile, signal });
  const credentials = secrets?.credentials;
  const running = describe({ child, port, logPath, credentials, replicaSet });
  try {
    await bringToPrimary(port, {
      replicaSet,
      ports: [port],
      electionTimeoutMs: 1_000,
      signal,
      ...(credentials && { credentials }),
    });
  } catch (error) {
    await running.kill();
    const reason = error instanceof Error ? error.message : String(error);
    throw new MongodStartError(`mongod on port ${port} does not become primary: ${reason}. Its log: ${logPath}`, {
      cause: error,
    });
  }
  return running;
}

export interface ListenOptions {
  readonly binary: string;
  readonly dataDir: string;
  readonly port?: number;
  readonly replicaSet: string;
  readonly keyFile: string | undefined;
  readonly lifetime?: Lifetime;
  readonly signal: AbortSignal;
}

export interface Listening {
  readonly child: MongodProcess;
  readonly port: number;
  readonly logPath: string;
}

/** Starts the process and waits until it accepts connections. Not yet a member of any set. */
export async function startListening(options: ListenOptions): Promise<Listening> {
  const logPath = join(options.dataDir, "mongod.log");
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(options.port);
    const from = logEnd(logPath);
    const child = await spawnMongod([options.binary, ...mongodArguments(options, port)], {
      logPath,
      lifetime: options.lifetime ?? "with-parent",
    });
    const outcome = await untilListening(child, port, options.signal);
    if (outcome === "listening") return { child, port, logPath };
    const reason = reasonInLog(logPath, from) ?? "it says no reason";
    if (/address already in use/i.test(reason) && attempt < PORT_TRIES) continue;
    throw new MongodStartError(`mongod ${outcome}: ${reason}. Its log: ${logPath}`);
  }
}

function mongodArguments(options: ListenOptions, port: number): readonly string[] {
  return [
    ...["--dbpath", join(options.dataDir, "db"), "--port", String(port), "--bind_ip", "127.0.0.1"],
    ...["--replSet", options.replicaSet, "--quiet"],
    // One machine serves everything here, so memory and disk are kept for the services.
    ...["--wiredTigerCacheSizeGB", "0.5", "--oplogSize", "256"],
    // A killed service must not keep its transaction's documents locked for the default minute.
    ...["--setParameter", "transactionLifetimeLimitSeconds=3"],
    ...["--setParameter", "diagnosticDataCollectionEnabled=false"],
    ...(process.platform === "win32" ? [] : ["--nounixsocket"]),
    ...(options.keyFile === undefined ? [] : ["--keyFile", options.keyFile]),
  ];
}

async function untilListening(child: MongodProcess, port: number, signal: AbortSignal): Promise<string> {
  let exit: MongodExit | undefined;
  void child.exited.then((told) => (exit = told));
  for (;;) {
    if (exit) return `ended with ${exit.signal ?? `exit code ${exit.code}`} while it started`;
    if (await accepts(port)) return "listening";
    if (signal.aborted) {
      process.kill(child.pid, "SIGKILL");
      await child.exited;
      return "did not listen in time";
    }
    await Bun.sleep(POLL_MS);
  }
}

interface Parts extends Listening {
  readonly credentials: Credentials | undefined;
  readonly replicaSet: string;
}

function describe({ child, port, logPath, credentials, replicaSet }: Parts): RunningMongod {
  return {
    port,
    pid: child.pid,
    logPath,
    credentials,
    exited: child.exited,
    uri: (database) => connectionString({ ports: [port], replicaSet, credentials, database }),
    stop: () => end(child, "SIGTERM"),
    kill: () => end(child, "SIGKILL"),
  };
}

/** `mongodb://…` with every member, the set's name and, where there are credentials, their database. */
export function connectionString(parts: {
  readonly ports: readonly number[];
  readonly replicaSet: string;
  readonly credentials: Credentials | undefined;
  readonly database: string;
}): string {
  const { credentials } = parts;
  const login = credentials ? `${credentials.username}:${encodeURIComponent(credentials.password)}@` : "";
  const hosts = parts.ports.map((port) => `127.0.0.1:${port}`).join(",");
  const query = `replicaSet=${parts.replicaSet}${credentials ? "&authSource=admin" : ""}`;
  return `mongodb://${login}${hosts}/${parts.database}?${query}`;
}

/** Idempotent: a mongod that has ended is left alone. */
export async function end(child: MongodProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  const ended = await Promise.race([child.exited.then(() => true), Promise.resolve(false)]);
  if (ended) return;
  process.kill(child.pid, signal);
  const inTime = await Promise.race([child.exited.then(() => true), Bun.sleep(STOP_TIMEOUT_MS).then(() => false)]);
  if (inTime) return;
  process.kill(child.pid, "SIGKILL");
  await child.exited;
}
