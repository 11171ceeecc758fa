import { type Db, MongoClient, type MongoClientOptions } from "mongodb";
import type { Clock } from "../lifecycle/clock.ts";
import type { Logger } from "../logging/logger.ts";
import { redactText } from "../logging/redact.ts";

/** How often a connection is tried before the service gives up. */
export const CONNECT_ATTEMPTS_MAX = 10;
/** Limit of one attempt, in milliseconds. */
const CONNECT_ATTEMPT_MS = 2000;
/** Longest wait between two attempts, in milliseconds. */
const CONNECT_BACKOFF_MAX_MS = 30_000;

/** Pause between two looks at the server, in milliseconds. */
const HEARTBEAT_MS = 1000;

/** A connected database and its client. */
export interface Database {
  readonly client: MongoClient;
  readonly db: Db;
  /** Name of the replica set; undefined when the server belongs to none. */
  readonly replicaSet: string | undefined;
  /** @throws when the database does not answer; whoever asks has a limit of its own */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** What a connection is made with. */
export interface ConnectTools {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Limit of the next attempt, in milliseconds; 2,000 when absent. */
  readonly attemptMs?: () => number;
  /** Hears of each client before it connects; `commands` says whether it wants the events of commands too. */
  readonly watch?: { readonly commands: boolean; client(client: MongoClient): void };
}

const options = (attemptMs: number): MongoClientOptions => ({
  serverSelectionTimeoutMS: attemptMs,
  connectTimeoutMS: attemptMs,
  // A frozen server must not hold a request for ever; longer work (index builds) goes on in the server by itself.
  socketTimeoutMS: 10_000,
  // The driver's look at the server, which ends whatever waits for a silent one: after a second's pause it waits for
  // three seconds at most. With the driver's ten, requests would wait for their sockets' limit.
  heartbeatFrequencyMS: HEARTBEAT_MS,
  waitQueueTimeoutMS: 4000,
  maxPoolSize: 20,
  minPoolSize: 1,
  writeConcern: { w: "majority", journal: true },
  retryWrites: true,
  retryReads: true,
  ignoreUndefined: true,
});

/** Wait before attempt `attempt` + 1, in milliseconds: 1 s, then doubled, at most 30 s. */
export const backoffMs = (attempt: number): number => Math.min(1000 * 2 ** (attempt - 1), CONNECT_BACKOFF_MAX_MS);

/**
 * Connects with exponential back-off: 10 attempts of at most 2 s each, waits of 1, 2, 4, 8, 16, 30, 30, 30, 30 s.
 * @throws the last error when every attempt failed; at once when the URI itself is wrong
 */
export async function connectDatabase(uri: string, tools: ConnectTools): Promise<Database> {
  for (let attempt = 1; ; attempt++) {
    const client = newClient(uri, tools);
    tools.watch?.client(client);
    try {
      return await connectOnce(client);
    } catch (error) {
      const reason = redactText(error instanceof Error ? error.message : String(error));
      if (attempt === CONNECT_ATTEMPTS_MAX) {
        tools.logger.error({ attempt, reason }, "database unreachable, giving up");
        throw error;
      }
      const waitMs = backoffMs(attempt);
      tools.logger.warn({ attempt, waitMs, reason }, "database unreachable, trying again");
      await tools.clock.sleep(waitMs);
    }
  }
}

/** Asks nobody: what it throws is the URI's fault, and would be thrown again. */
function newClient(uri: string, { attemptMs, watch }: ConnectTools): MongoClient {
  const limitMs = attemptMs?.() ?? CONNECT_ATTEMPT_MS;
  try {
    return new MongoClient(withoutReadPreference(uri), {
      ...options(limitMs),
      monitorCommands: watch?.commands ?? false,
    });
  } catch (error) {
    const reason = redactText(error instanceof Error ? error.message : String(error));
    throw new Error(`MONGO_URI cannot be used: ${reason}`, { cause: error });
  }
}

async function connectOnce(client: MongoClient): Promise<Database> {
  try {
    await client.connect();
    const db = client.db();
    const { setName } = await db.command({ hello: 1 });
    return {
      client,
      db,
      replicaSet: typeof setName === "string" ? setName : undefined,
      ping: async () => {
        await db.command({ ping: 1 });
      },
      close: () => client.close(),
    };
  } catch (error) {
    await client.close().catch(() => undefined);
    throw error;
  }
}

/**
 * A connection string whose reads ask the primary, the driver's default: what is read decides what is written, and no
 * answer is older than its request. An option that says so would be refused beside the string's maxStalenessSeconds.
 */
const withoutReadPreference = (uri: string): string =>
  uri.replaceAll(/(?<=[?&])(?:readPreference|readPreferenceTags|maxStalenessSeconds)=[^&]*(?:&|$)/gi, "");
