import { MongoClient, MongoServerError } from "mongodb";
import { diagnose, standaloneError } from "./uri-diagnosis.ts";
import { MongoUriError } from "./uri-error.ts";
import { OLDEST_MAJOR } from "./version.ts";

export { MongoUriError, type MongoUriProblem } from "./uri-error.ts";

/** What `checkMongoUri` learned about a replica set. */
export interface MongoUriFacts {
  readonly replicaSet: string;
  /** Such as `6.0.5`. */
  readonly version: string;
  /** Undefined when the user of the MONGO_URI may not read it. */
  readonly transactionLifetimeLimitSeconds: number | undefined;
  /** Ready to print; nothing here stops the services from working. */
  readonly warnings: readonly string[];
}

/** How long finding the primary may take, in milliseconds. */
const SELECTION_TIMEOUT_MS = 2_000;
/** With a longer limit, a service that is killed inside a transaction holds up others for that time. */
const LONGEST_TRANSACTION_SECONDS = 3;
const UNAUTHORIZED = 13;

/**
 * Connects to the user's own MongoDB and judges whether the services can run on it: it must be a replica set with a
 * primary, because reservations are transactions. Takes at most about 4 s.
 * @throws {MongoUriError}
 */
export async function checkMongoUri(uri: string): Promise<MongoUriFacts> {
  const client = parse(uri);
  try {
    return await judge(client);
  } catch (error) {
    if (error instanceof MongoUriError) throw error;
    throw await diagnose(uri, error);
  } finally {
    // The driver may wait for ever for the end of a connection that was cut.
    await Promise.race([client.close(), Bun.sleep(100)]);
  }
}

function parse(uri: string): MongoClient {
  try {
    return new MongoClient(uri, {
      serverSelectionTimeoutMS: SELECTION_TIMEOUT_MS,
      connectTimeoutMS: SELECTION_TIMEOUT_MS,
      socketTimeoutMS: SELECTION_TIMEOUT_MS,
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const form = "It has the form mongodb://user:password@host:27017/?replicaSet=rs0";
    throw new MongoUriError("malformed", `MONGO_URI is not a connection string: ${why}. ${form}`);
  }
}

async function judge(client: MongoClient): Promise<MongoUriFacts> {
  const admin = client.db("admin");
  const hello = await admin.command({ hello: 1 });
  const replicaSet: unknown = hello["setName"];
  if (typeof replicaSet !== "string") {
    throw hello["msg"] === "isdbgrid"
      ? new MongoUriError("refused", "MONGO_URI points to a sharded cluster; the services need a replica set.")
      : standaloneError();
  }
  // A member that is asked directly may be any.
  if (hello["isWritablePrimary"] !== true) throw secondaryError(replicaSet, hello["primary"]);
  const version = String((await admin.command({ buildInfo: 1 }))["version"]);
  if (Number.parseInt(version, 10) < OLDEST_MAJOR) {
    throw new MongoUriError(
      "too-old",
      `MONGO_URI points to MongoDB ${version}; it must be ${OLDEST_MAJOR}.0 or newer.`,
    );
  }
  const limit = await transactionLimit(client);
  const warnings = limit !== undefined && limit > LONGEST_TRANSACTION_SECONDS ? [warningOf(limit)] : [];
  return { replicaSet, version, transactionLifetimeLimitSeconds: limit, warnings };
}

function secondaryError(replicaSet: string, primary: unknown): MongoUriError {
  const next = typeof primary === "string" ? `Use ${primary} instead.` : "The set has none now.";
  const what = `MONGO_URI points to a member of the replica set ${replicaSet} that is not the primary.`;
  return new MongoUriError("no-primary", `${what} ${next}`);
}

/** @returns undefined when the user may not ask */
async function transactionLimit(client: MongoClient): Promise<number | undefined> {
  try {
    const answer = await client.db("admin").command({ getParameter: 1, transactionLifetimeLimitSeconds: 1 });
    return Number(answer["transactionLifetimeLimitSeconds"]);
  } catch (error) {
    if (!(error instanceof MongoServerError)) throw error;
    if (error.code === UNAUTHORIZED && /requires authentication/i.test(error.message)) {
      throw new MongoUriError(
        "refused",
        "MONGO_URI names no user, and this MongoDB asks for one: write mongodb://user:password@host/?…",
      );
    }
    return undefined;
  }
}

function warningOf(limit: number): string {
  return (
    `this MongoDB keeps the transaction of a killed service open for ${limit} s, and its products are locked for as long. ` +
    `Set it to ${LONGEST_TRANSACTION_SECONDS} in mongosh: ` +
    `db.adminCommand({ setParameter: 1, transactionLifetimeLimitSeconds: ${LONGEST_TRANSACTION_SECONDS} })`
  );
}
