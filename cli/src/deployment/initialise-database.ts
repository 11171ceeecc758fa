import { type Document, MongoClient, MongoNetworkError, MongoServerError } from "mongodb";
import type { DatabaseWish } from "./database-wish.ts";
import { ensureServiceUser } from "./service-user.ts";

/** Somebody has to change something before it can work; trying again does not help. */
export class DatabaseInitError extends Error {
  override readonly name = "DatabaseInitError";
}

export interface InitTools {
  /** Ends the waiting; its reason is thrown. */
  readonly signal: AbortSignal;
  /** Tells what was done or is waited for, one line each. */
  say(line: string): void;
}

const POLL_MS = 500;
const ALREADY_INITIALIZED = 23;
const UNAUTHORIZED = 13;
const AUTHENTICATION_FAILED = 18;
const ROOT = "root";

/**
 * Brings the mongod of this network namespace to what the wish says: member of the replica set, with an administrator
 * and the service's user. Waits for whatever is not there yet. The administrator is made through the localhost
 * exception, which mongod grants to 127.0.0.1 until there is a first user: nobody else can be first.
 * @throws {DatabaseInitError} when the administrator has another password; the signal's reason when it ends the wait
 */
export async function initialiseDatabase(wish: DatabaseWish, tools: InitTools): Promise<void> {
  const sayOnce = withoutRepeats(tools.say);
  for (;;) {
    tools.signal.throwIfAborted();
    try {
      const waitsFor = await step(wish, tools.say);
      if (waitsFor === undefined) return;
      sayOnce(`waiting for ${waitsFor}`);
    } catch (error) {
      // A mongod that starts, elects or steps down refuses and closes connections: every step may be taken again.
      if (error instanceof DatabaseInitError) throw error;
      sayOnce(`waiting for mongod on port ${wish.port} (${describe(error)})`);
    }
    await Bun.sleep(POLL_MS);
  }
}

/** @returns what it has to wait for; undefined when nothing is left to do */
async function step(wish: DatabaseWish, say: (line: string) => void): Promise<string | undefined> {
  const anonymous = directClient(wish);
  const root = await rootClient(wish);
  try {
    const admin = (root ?? anonymous).db("admin");
    const hello = await anonymous.db("admin").command({ hello: 1 });
    if (hello["isreplicaset"] === true) return await initiate(admin, wish, say);
    if (hello["setName"] !== wish.replicaSet) {
      throw new DatabaseInitError(`mongod on port ${wish.port} runs without --replSet ${wish.replicaSet}`);
    }
    if (hello["isWritablePrimary"] !== true) {
      // Only the primary adds members, and which one that is may change meanwhile.
      return hello["secondary"] === true && root ? (await missingMember(root, wish)).missing : "a primary";
    }
    if (!root) {
      await createAdministrator(anonymous, wish);
      say("created the administrator");
      return await step(wish, say);
    }
    const change = await ensureServiceUser(root, wish);
    if (change) say(`${change} user ${wish.user} of ${wish.database}`);
    return await addMissingMember(root, wish, say);
  } finally {
    await Promise.all([anonymous.close(), root?.close()]);
  }
}

async function initiate(
  admin: ReturnType<MongoClient["db"]>,
  wish: DatabaseWish,
  say: (line: string) => void,
): Promise<string> {
  if (!wish.isInitiator) return `${wish.members[0]}, which creates the replica set`;
  const members = wish.members.map((host, id) => ({ _id: id, host }));
  try {
    await admin.command({ replSetInitiate: { _id: wish.replicaSet, members } });
    say(`created replica set ${wish.replicaSet} of ${wish.members.join(", ")}`);
  } catch (error) {
    // It has its configuration and does not find itself in it yet: its name resolves a moment after its start.
    if (!(error instanceof MongoServerError) || error.code !== ALREADY_INITIALIZED) throw error;
  }
  return "a primary";
}

/** @returns undefined when there is no administrator yet */
async function rootClient(wish: DatabaseWish): Promise<MongoClient | undefined> {
  const client = directClient(wish, { username: ROOT, password: wish.rootPassword });
  try {
    await client.db("admin").command({ ping: 1 });
    return client;
  } catch (error) {
    await client.close();
    if (error instanceof MongoServerError && error.code === AUTHENTICATION_FAILED) return undefined;
    throw error;
  }
}

async function createAdministrator(client: MongoClient, wish: DatabaseWish): Promise<void> {
  try {
    await client.db("admin").command({ createUser: ROOT, pwd: wish.rootPassword, roles: [ROOT] });
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== UNAUTHORIZED) throw error;
    throw new DatabaseInitError(
      "the administrator of this database has another password than DB_INIT_ROOT_PASSWORD: " +
        "set the password it was created with, or start with an empty volume",
      { cause: error },
    );
  }
}

/** The set may change its voters by one at a time, so each call adds one. Members are never removed by a start. */
async function addMissingMember(
  root: MongoClient,
  wish: DatabaseWish,
  say: (line: string) => void,
): Promise<string | undefined> {
  const { config, missing } = await missingMember(root, wish);
  if (missing === undefined) return undefined;
  const _id = Math.max(...config.members.map((member) => member._id)) + 1;
  const members = [...config.members, { _id, host: missing }];
  await root.db("admin").command({ replSetReconfig: { ...config, version: config.version + 1, members } });
  say(`added ${missing} to the replica set`);
  return missing;
}

async function missingMember(
  root: MongoClient,
  { members }: DatabaseWish,
): Promise<{ config: ReplicaSetConfig; missing: string | undefined }> {
  const { config } = (await root.db("admin").command({ replSetGetConfig: 1 })) as { config: ReplicaSetConfig };
  return { config, missing: members.find((host) => config.members.every((member) => member.host !== host)) };
}

interface ReplicaSetConfig extends Document {
  readonly version: number;
  readonly members: readonly { readonly _id: number; readonly host: string }[];
}

function directClient(wish: DatabaseWish, auth?: { username: string; password: string }): MongoClient {
  return new MongoClient(`mongodb://127.0.0.1:${wish.port}/?directConnection=true`, {
    serverSelectionTimeoutMS: 5000,
    connectTimeoutMS: 5000,
    socketTimeoutMS: 30_000,
    maxPoolSize: 1,
    ...(auth && { auth, authSource: "admin" }),
  });
}

function describe(error: unknown): string {
  if (error instanceof MongoNetworkError) return "no answer";
  return error instanceof Error ? error.message : String(error);
}

function withoutRepeats(say: (line: string) => void): (line: string) => void {
  let last = "";
  return (line) => {
    if (line !== last) say(line);
    last = line;
  };
}
