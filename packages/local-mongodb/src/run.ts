import { resolve } from "node:path";
import { connectionString } from "./connection-string.ts";
import { type Credentials, secretsOf } from "./credentials.ts";
import { type Listening, MongodStartError, prepareDataDir, startListening } from "./listen.ts";
import { endProcess, type Lifetime, type MongodExit } from "./mongod-process.ts";

export { MongodStartError } from "./listen.ts";

export interface StartMongodOptions {
  /** A mongod of 6.0 or newer; see `findMongod`. */
  readonly binary: string;
  /** Made when absent, mode 0700. Keeps `db/`, `mongod.log` and, with `auth`, `keyfile` and `credentials.json`. */
  readonly dataDir: string;
  /** Taken when it is free, else another one is. Default: any free port. */
  readonly port?: number;
  /** Default `rs0`. */
  readonly replicaSet?: string;
  /** Ask for a password. Default false. Once true for a data directory, it stays true. */
  readonly auth?: boolean;
  /** Default `with-parent`. */
  readonly lifetime?: Lifetime;
  /** How long the whole start may take, in milliseconds. Default 60,000: the recovery after a crash may take a while. */
  readonly timeoutMs?: number;
  /** Ends the start; mongod is then killed. */
  readonly signal?: AbortSignal;
}

export interface RunningMongod {
  readonly port: number;
  readonly pid: number;
  /** Absolute. */
  readonly logPath: string;
  /** With `auth` alone. */
  readonly credentials: Credentials | undefined;
  /** Resolves when mongod has ended, whoever ended it. */
  readonly exited: Promise<MongodExit>;
  /** A connection string for one database; it holds the password. */
  uri(database: string): string;
  /** Ends it in order (about a second), by force when it takes over 10 s. */
  stop(): Promise<void>;
  /** Ends it as a crash would (SIGKILL). */
  kill(): Promise<void>;
}

const ELECTION_TIMEOUT_MS = 1_000;

/**
 * Starts a replica set of one member on 127.0.0.1 and waits until it is primary. The same data directory may be started
 * again and again, also after a crash and under another port: data, password and set stay.
 * @throws {MongodStartError}
 */
export async function startMongod(options: StartMongodOptions): Promise<RunningMongod> {
  const { binary, port, replicaSet = "rs0", lifetime = "with-parent", timeoutMs = 60_000 } = options;
  const dataDir = resolve(options.dataDir);
  const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(options.signal ? [options.signal] : [])]);
  await prepareDataDir(dataDir);
  const secrets = options.auth ? await secretsOf(dataDir) : undefined;
  const keyFile = secrets?.keyFile;
  // The driver takes 150 ms to load; mongod starts meanwhile.
  const driver = import("./primary.ts");
  const listening = await startListening({ binary, dataDir, port, replicaSet, keyFile, lifetime, signal });
  const credentials = secrets?.credentials;
  try {
    const ports = [listening.port];
    const { death } = listening;
    const wish = { replicaSet, ports, secrets, electionTimeoutMs: ELECTION_TIMEOUT_MS, signal, death };
    const { bringToPrimary } = await driver;
    await bringToPrimary(listening.port, wish);
  } catch (error) {
    await endProcess(listening.process, "SIGKILL");
    throw explain(error, listening, timeoutMs);
  }
  return {
    port: listening.port,
    pid: listening.process.pid,
    logPath: listening.logPath,
    credentials,
    exited: listening.exited,
    uri: (database) => connectionString({ ports: [listening.port], replicaSet, credentials, database }),
    stop: () => endProcess(listening.process, "SIGTERM"),
    kill: () => endProcess(listening.process, "SIGKILL"),
  };
}

function explain(error: unknown, { port, logPath }: Listening, timeoutMs: number): MongodStartError {
  if (error instanceof MongodStartError) return error;
  const timedOut = error instanceof DOMException && error.name === "TimeoutError";
  const reason = timedOut
    ? `not within ${timeoutMs / 1_000} s`
    : String(error instanceof Error ? error.message : error);
  return new MongodStartError(`mongod on port ${port} does not become primary: ${reason}. Its log: ${logPath}`, {
    cause: error,
  });
}
