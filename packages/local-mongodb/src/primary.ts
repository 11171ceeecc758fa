import { readFile } from "node:fs/promises";
import {
  type Document,
  MongoClient,
  type MongoClientOptions,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
} from "mongodb";
import type { Credentials, Secrets } from "./credentials.ts";

const POLL_MS = 20;
/** After a step that failed; each is a line or two in the log of mongod. */
const RETRY_MS = 100;
const ALREADY_INITIALIZED = 23;
const UNAUTHORIZED = 13;
const AUTHENTICATION_FAILED = 18;
const USER_ALREADY_EXISTS = 51003;
const NOT_YET_INITIALIZED = 94;
/** States of members in `replSetGetStatus`. */
const PRIMARY = 1;
const SECONDARY = 2;

export interface ReplicaSetWish {
  readonly replicaSet: string;
  /** The ports of all members on 127.0.0.1, in the order of their member ids. */
  readonly ports: readonly number[];
  readonly secrets: Secrets | undefined;
  readonly electionTimeoutMs: number;
  /** Checked between the steps; its reason is thrown. */
  readonly signal: AbortSignal;
  /** Rejects when a member ends; that is thrown. */
  readonly death: Promise<never>;
}

/**
 * Makes the mongod on `port` a member of the wished set whatever it was before (new, member under an old port, member
 * already), waits until the set has a primary, and makes sure that the administrator exists.
 */
export async function bringToPrimary(port: number, wish: ReplicaSetWish): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([wish.signal, over.signal]);
  try {
    await Promise.race([stepByStep(port, { ...wish, signal }), wish.death]);
  } finally {
    over.abort();
  }
}

async function stepByStep(port: number, wish: ReplicaSetWish): Promise<void> {
  for (;;) {
    try {
      return await tryToBringToPrimary(port, wish);
    } catch (error) {
      // Every step may be taken again.
      if (!isPassing(error)) throw error;
      wish.signal.throwIfAborted();
      await Bun.sleep(RETRY_MS);
    }
  }
}

/**
 * While its state changes a mongod closes its connections; when a process that says nothing holds its old port, it waits
 * 30 s for that before it answers; and on a slow disk it sets up its set for minutes, with answers to nobody or to few.
 */
function isPassing(error: unknown): boolean {
  return (
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError ||
    (error instanceof MongoServerError && error.code === NOT_YET_INITIALIZED)
  );
}

async function tryToBringToPrimary(port: number, wish: ReplicaSetWish): Promise<void> {
  const client = directClient(port);
  try {
    const hello = await client.db("admin").command({ hello: 1 });
    // Both a new mongod and one whose set names another port say this.
    if (hello["isreplicaset"] === true) await configure(port, wish);
    await waitForPrimary(wish.ports, wish.signal);
    const credentials = wish.secrets?.credentials;
    if (credentials && !(await isAdministrator(port, credentials))) await createAdministrator(client, credentials);
  } finally {
    await client.close();
  }
}

function directClient(port: number, options?: MongoClientOptions): MongoClient {
  return new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
    serverSelectionTimeoutMS: 5_000,
    socketTimeoutMS: 10_000,
    ...options,
  });
}

/** @returns false when there is no administrator yet, whom the localhost exception lets us create */
async function isAdministrator(port: number, credentials: Credentials): Promise<boolean> {
  const client = directClient(port, { auth: credentials, authSource: "admin" });
  try {
    await client.db("admin").command({ ping: 1 });
    return true;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === AUTHENTICATION_FAILED) return false;
    throw error;
  } finally {
    await client.close();
  }
}

/** As a member of the set, which every mongod lets in by the key file: one that was never primary has no user yet. */
async function memberClient(port: number, secrets: Secrets | undefined): Promise<MongoClient> {
  if (secrets === undefined) return directClient(port);
  const password = (await readFile(secrets.keyFile, "utf8")).replaceAll(/\s/g, "");
  return directClient(port, { auth: { username: "__system", password }, authSource: "local" });
}

async function configure(port: number, wish: ReplicaSetWish): Promise<void> {
  const client = await memberClient(port, wish.secrets);
  try {
    await configureBy(client, wish);
  } finally {
    await client.close();
  }
}

async function configureBy(client: MongoClient, wish: ReplicaSetWish): Promise<void> {
  const members = wish.ports.map((port, id) => ({ _id: id, host: `127.0.0.1:${port}` }));
  const settings = {
    electionTimeoutMillis: wish.electionTimeoutMs,
    // A member that is gone, or a new one, is seen within this time; several fit into one election timeout.
    heartbeatIntervalMillis: Math.ceil(wish.electionTimeoutMs / 5),
  };
  const admin = client.db("admin");
  try {
    await admin.command({ replSetInitiate: { _id: wish.replicaSet, members, settings } });
    return;
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== ALREADY_INITIALIZED) throw error;
  }
  const { config } = (await admin.command({ replSetGetConfig: 1 })) as { config: Document };
  const version = Number(config["version"]) + 1;
  // There is no primary to ask while the member does not find itself in its own set.
  await admin.command({ replSetReconfig: { ...config, version, members, settings }, force: true });
}

/** A member may name a primary that does not take writes yet, so each is asked about itself. */
async function waitForPrimary(ports: readonly number[], signal: AbortSignal): Promise<void> {
  const found = new AbortController();
  const either = AbortSignal.any([signal, found.signal]);
  const waits = ports.map((port) => poll(port, { hello: 1 }, either, (hello) => hello["isWritablePrimary"] === true));
  try {
    await Promise.race(waits);
  } finally {
    found.abort();
    await Promise.allSettled(waits);
  }
}

/**
 * Waits until the mongod on each of `observers` sees every member of `ports` as primary or secondary. A member that serves
 * is known to the others a heartbeat later, and only then counts for majorities and as a successor of the primary.
 */
export async function waitForMembers(
  observers: readonly number[],
  ports: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    observers.map((port) =>
      poll(port, { replSetGetStatus: 1 }, signal, (status) => {
        const members = (status["members"] ?? []) as readonly { readonly name: string; readonly state: number }[];
        const serving = members.filter(({ state }) => state === PRIMARY || state === SECONDARY);
        return ports.every((member) => serving.some(({ name }) => name === `127.0.0.1:${member}`));
      }),
    ),
  );
}

async function poll(
  port: number,
  command: Document,
  signal: AbortSignal,
  done: (answer: Document) => boolean,
): Promise<void> {
  const client = directClient(port);
  try {
    while (!done(await client.db("admin").command(command).catch(nothingYet))) {
      signal.throwIfAborted();
      await Bun.sleep(POLL_MS);
    }
  } finally {
    await client.close();
  }
}

/** A mongod answers a moment before it has read the configuration of its set. */
function nothingYet(error: unknown): Document {
  if (error instanceof MongoServerError && error.code === NOT_YET_INITIALIZED) return {};
  throw error;
}

async function createAdministrator(client: MongoClient, { username, password }: Credentials): Promise<void> {
  try {
    await client.db("admin").command({ createUser: username, pwd: password, roles: [{ role: "root", db: "admin" }] });
  } catch (error) {
    const code = error instanceof MongoServerError ? error.code : undefined;
    if (code === USER_ALREADY_EXISTS) return;
    if (code !== UNAUTHORIZED) throw error;
    throw new Error(
      "the database has an administrator with another password than credentials.json in its data directory says",
      { cause: error },
    );
  }
}
