import { type Document, MongoClient, MongoNetworkError, MongoServerError } from "mongodb";
import type { Credentials } from "./credentials.ts";

const POLL_MS = 20;
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
  readonly credentials: Credentials | undefined;
  readonly electionTimeoutMs: number;
  /** Checked between the steps; its reason is thrown. */
  readonly signal: AbortSignal;
}

/**
 * Makes the mongod on `port` a member of the wished set whatever it was before (new, member under an old port, member
 * already), waits until the set has a primary, and makes sure that the administrator exists.
 */
export async function bringToPrimary(port: number, wish: ReplicaSetWish): Promise<void> {
  for (;;) {
    try {
      return await tryToBringToPrimary(port, wish);
    } catch (error) {
      // While its state changes a mongod closes its connections; and when a process that says nothing holds its old port,
      // it waits 30 s for that before it answers. Every step may be taken again.
      if (!(error instanceof MongoNetworkError)) throw error;
      wish.signal.throwIfAborted();
      await Bun.sleep(POLL_MS);
    }
  }
}

async function tryToBringToPrimary(port: number, wish: ReplicaSetWish): Promise<void> {
  const unauthenticated = directClient(port);
  try {
    const credentials = wish.credentials;
    const own = credentials ? await authenticatedClient(port, credentials) : undefined;
    try {
      const hello = await unauthenticated.db("admin").command({ hello: 1 });
      // Both a new mongod and one whose set names another port say this.
      if (hello["isreplicaset"] === true) await configure(own ?? unauthenticated, wish);
      await waitForPrimary(wish.ports, wish.signal);
      if (credentials && !own) await createAdministrator(unauthenticated, credentials);
    } finally {
      await own?.close();
    }
  } finally {
    await unauthenticated.close();
  }
}

function directClient(port: number, credentials?: Credentials): MongoClient {
  return new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
    serverSelectionTimeoutMS: 5_000,
    socketTimeoutMS: 10_000,
    ...(credentials && { auth: credentials, authSource: "admin" }),
  });
}

/** @returns undefined when the administrator does not exist yet, which the localhost exception lets us change */
async function authenticatedClient(port: number, credentials: Credentials): Promise<MongoClient | undefined> {
  const client = directClient(port, credentials);
  try {
    await client.db("admin").command({ ping: 1 });
    return client;
  } catch (error) {
    await client.close();
    if (error instanceof MongoServerError && error.code === AUTHENTICATION_FAILED) return undefined;
    throw error;
  }
}

async function configure(client: MongoClient, wish: ReplicaSetWish): Promise<void> {
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
    const code = error instanceof MongoServerError ? error.code : undefined;
    if (code !== ALREADY_INITIALIZED) throw code === UNAUTHORIZED ? foreignCredentials(error) : error;
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
    if (code !== USER_ALREADY_EXISTS) throw code === UNAUTHORIZED ? foreignCredentials(error) : error;
  }
}

function foreignCredentials(cause: unknown): Error {
  return new Error(
    "the database has an administrator with another password than credentials.json in its data directory says",
    { cause },
  );
}
