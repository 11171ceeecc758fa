import { join, resolve } from "node:path";
import { connectionString } from "./connection-string.ts";
import { type Listening, MongodStartError, prepareDataDir, startListening } from "./listen.ts";
import { endProcess, type Lifetime } from "./mongod-process.ts";
import { bringToPrimary, waitForMembers } from "./primary.ts";

export interface StartReplicaSetOptions {
  /** A mongod of 6.0 or newer; see `findMongod`. */
  readonly binary: string;
  /** Each member has a folder in it: `member-0` … */
  readonly dataDir: string;
  /** 1 to 7. Default 3. */
  readonly members?: number;
  /** Default `rs0`. */
  readonly replicaSet?: string;
  /** Default `with-parent`. */
  readonly lifetime?: Lifetime;
  /** How long a primary may be silent before another member stands for election. Default 1,000. */
  readonly electionTimeoutMs?: number;
  /** For the start of the set and for each restart of a member. Default 60,000. */
  readonly timeoutMs?: number;
}

export interface ReplicaSetMember {
  readonly port: number;
  /** Of the process that runs now, or of the last one. */
  readonly pid: number;
  /** Ends it as a crash would (SIGKILL). */
  kill(): Promise<void>;
  /** Starts it again under its port and waits until all that run see it serve; a member that runs is killed first. */
  restart(): Promise<void>;
}

export interface RunningReplicaSet {
  readonly members: readonly ReplicaSetMember[];
  /** A connection string for one database, with all members. */
  uri(database: string): string;
  /** Kills all members: a set that is started for a test holds nothing to keep. */
  stop(): Promise<void>;
}

/**
 * Starts a replica set of several members on free ports of 127.0.0.1, without a password, for tests that let members die.
 * It is there when a primary is elected and every member serves.
 * @throws {MongodStartError}
 */
export async function startReplicaSet(options: StartReplicaSetOptions): Promise<RunningReplicaSet> {
  const { replicaSet = "rs0", electionTimeoutMs = 1_000, timeoutMs = 60_000 } = options;
  const signal = AbortSignal.timeout(timeoutMs);
  const members: Member[] = Array.from(
    { length: options.members ?? 3 },
    (_, id) => new Member(id, options, () => members),
  );
  const stop = async () => void (await Promise.all(members.map((member) => member.kill())));
  try {
    // One after the other: two that look for a free port at once may find the same one.
    for (const member of members) await member.start(signal);
    const ports = members.map((member) => member.port);
    const wish = { replicaSet, ports, secrets: undefined, electionTimeoutMs, signal };
    const death = Promise.race(members.map((member) => member.death));
    await bringToPrimary(ports[0] ?? 0, { ...wish, death });
    await waitForMembers(ports, ports, signal);
    return { members, uri: (database) => connectionString({ ports, replicaSet, database }), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

class Member implements ReplicaSetMember {
  readonly #options: StartReplicaSetOptions;
  readonly #dataDir: string;
  readonly #set: () => readonly Member[];
  #current: Listening | undefined;
  #runs = false;

  constructor(id: number, options: StartReplicaSetOptions, set: () => readonly Member[]) {
    this.#set = set;
    this.#options = options;
    this.#dataDir = resolve(join(options.dataDir, `member-${id}`));
  }

  get port(): number {
    return this.#listening.port;
  }

  get pid(): number {
    return this.#listening.process.pid;
  }

  get death(): Promise<never> {
    return this.#listening.death;
  }

  async start(signal: AbortSignal): Promise<void> {
    const { binary, replicaSet = "rs0", lifetime = "with-parent" } = this.#options;
    const port = this.#current?.port;
    await prepareDataDir(this.#dataDir);
    const dataDir = this.#dataDir;
    const started = await startListening({ binary, dataDir, port, replicaSet, keyFile: undefined, lifetime, signal });
    this.#current = started;
    this.#runs = true;
    void started.process.exited.then(() => (this.#runs &&= this.#current !== started));
    if (port === undefined || port === started.port) return;
    await this.kill();
    throw new MongodStartError(`port ${port} of this member was taken by another process while it was down`);
  }

  async kill(): Promise<void> {
    this.#runs = false;
    if (this.#current) await endProcess(this.#current.process, "SIGKILL");
  }

  async restart(): Promise<void> {
    await this.kill();
    const signal = AbortSignal.timeout(this.#options.timeoutMs ?? 60_000);
    await this.start(signal);
    const observers = this.#set().flatMap((member) => (member.#runs ? [member.port] : []));
    await Promise.race([waitForMembers(observers, [this.port], signal), this.death]);
  }

  get #listening(): Listening {
    if (!this.#current) throw new Error("this member was never started");
    return this.#current;
  }
}
