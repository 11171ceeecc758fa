import { findMongod } from "@pos/local-mongodb/find";
import { type RunningReplicaSet, startReplicaSet } from "@pos/local-mongodb/replica-set";
import { type RunningMongod, startMongod } from "@pos/local-mongodb/run";
import { MongoClient } from "mongodb";
import { join } from "node:path";

/** A real MongoDB that dies on command. */
export interface ChaosDatabase {
  /** Connection string of one of its databases. */
  uri(database: string): string;
  /** kill -9 of the primary; resolves when it runs again. */
  kill(): Promise<void>;
  /** Stops the primary's processor time for a while. */
  freeze(milliseconds: number): Promise<void>;
  /** Makes another member primary; does nothing where there is one member. */
  stepDown(): Promise<void>;
  stop(): Promise<void>;
}

const RESTART_AFTER_MS = 500;

/** Starts one mongod, or a replica set of three, with its files below `dataDir`. */
export async function startDatabase(
  dataDir: string,
  { isReplicaSet }: { isReplicaSet: boolean },
): Promise<ChaosDatabase> {
  const { path: binary } = await findMongod({ env: process.env, log: (line) => console.error(line) });
  if (isReplicaSet) return replicaSet(await startReplicaSet({ binary, dataDir: join(dataDir, "set") }));
  const options = { binary, dataDir: join(dataDir, "mongod"), lifetime: "with-parent" as const };
  return single(await startMongod(options), (port) => startMongod({ ...options, port }));
}

function single(first: RunningMongod, restart: (port: number) => Promise<RunningMongod>): ChaosDatabase {
  let current = first;
  return {
    uri: (database) => first.uri(database),
    async kill() {
      await current.kill();
      await Bun.sleep(RESTART_AFTER_MS);
      current = await restart(first.port);
      if (current.port !== first.port) throw new Error(`the port ${first.port} of mongod was taken while it was down`);
    },
    freeze: (milliseconds) => freeze(current.pid, milliseconds),
    stepDown: () => Promise.resolve(),
    stop: () => current.kill(),
  };
}

function replicaSet(set: RunningReplicaSet): ChaosDatabase {
  const primary = async () => {
    const port = await primaryPort(set.uri("admin"));
    return set.members.find((member) => member.port === port) ?? set.members[0];
  };
  return {
    uri: (database) => set.uri(database),
    async kill() {
      const member = await primary();
      await member?.kill();
      await Bun.sleep(RESTART_AFTER_MS);
      await member?.restart();
    },
    async freeze(milliseconds) {
      const member = await primary();
      if (member !== undefined) await freeze(member.pid, milliseconds);
    },
    async stepDown() {
      const port = await primaryPort(set.uri("admin"));
      const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`);
      try {
        await client.db("admin").command({ replSetStepDown: 5, secondaryCatchUpPeriodSecs: 1, force: true });
      } catch {
        // It closes its connections while it steps down, or no other member can take over at the moment.
      } finally {
        await client.close();
      }
    },
    stop: () => set.stop(),
  };
}

async function primaryPort(uri: string): Promise<number> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 30_000 });
  try {
    const { primary } = await client.db("admin").command({ hello: 1 });
    return Number(String(primary).split(":").at(-1));
  } finally {
    await client.close();
  }
}

async function freeze(pid: number, milliseconds: number): Promise<void> {
  process.kill(pid, "SIGSTOP");
  await Bun.sleep(milliseconds);
  process.kill(pid, "SIGCONT");
}
