import { type Document, MongoClient, MongoServerError } from "mongodb";
import { MongoUriError } from "./uri-error.ts";

const TIMEOUT_MS = 1_500;
/** `mongodb://`, then user and password, the hosts, the database, and the options. */
const PARTS = /^mongodb:\/\/(?:([^@/]*)@)?([^/?]+)(?:\/[^?]*)?(?:\?(.*))?$/;

/**
 * The driver tells all of these alike, as a selection that timed out; so each host is asked directly what it is.
 * @param error what connecting with the whole MONGO_URI came to
 */
export async function diagnose(uri: string, error: unknown): Promise<MongoUriError> {
  if (error instanceof MongoServerError) {
    const why = error.message.replace(/\.$/, "");
    return new MongoUriError("refused", `MONGO_URI is refused by the server: ${why}.`, { cause: error });
  }
  const [, , hostList = "", query = ""] = PARTS.exec(uri) ?? [];
  const hosts = hostList.split(",").filter((host) => host !== "");
  const hellos = await Promise.all(hosts.map((host) => askDirectly(host, query)));
  const hello = hellos.find((answer) => answer !== undefined);
  if (hello) return explainHello(hello, new URLSearchParams(query).get("replicaSet") ?? undefined, error);
  const where = hosts.length > 0 ? hosts.join(", ") : "the host of MONGO_URI";
  const why = error instanceof Error ? error.message : String(error);
  return new MongoUriError(
    "unreachable",
    `No MongoDB answers at ${where} (${why}). Is it running, and are host and port right? ` +
      "Without MONGO_URI, a mongod is found or downloaded, and started for you.",
    { cause: error },
  );
}

/** `hello` needs no sign-in, so it is asked without, in case that is what fails. */
async function askDirectly(host: string, query: string): Promise<Document | undefined> {
  const options = new URLSearchParams(query);
  const transport = [...options].filter(([name]) => /^(tls|ssl)/i.test(name));
  const direct = new URLSearchParams([...transport, ["directConnection", "true"]]);
  const client = new MongoClient(`mongodb://${host}/?${direct.toString()}`, {
    serverSelectionTimeoutMS: TIMEOUT_MS,
    connectTimeoutMS: TIMEOUT_MS,
    socketTimeoutMS: TIMEOUT_MS,
  });
  try {
    return await client.db("admin").command({ hello: 1 });
  } catch {
    return undefined;
  } finally {
    await Promise.race([client.close(), Bun.sleep(100)]);
  }
}

function explainHello(hello: Document, wantedSet: string | undefined, cause: unknown): MongoUriError {
  const setName: unknown = hello["setName"];
  if (hello["isreplicaset"] === true) {
    return new MongoUriError(
      "not-initiated",
      "MONGO_URI points to a mongod that runs with --replSet but has no set yet. Once, in mongosh: rs.initiate()",
      { cause },
    );
  }
  if (typeof setName !== "string") return standaloneError();
  if (wantedSet !== undefined && wantedSet !== setName) {
    return new MongoUriError(
      "wrong-set-name",
      `MONGO_URI says replicaSet=${wantedSet}, but the set there is called ${setName}: write replicaSet=${setName}.`,
      { cause },
    );
  }
  const members = Array.isArray(hello["hosts"]) ? hello["hosts"].join(", ") : "unknown";
  return new MongoUriError(
    "no-primary",
    `The replica set ${setName} answers, but its primary cannot be reached. Its members call themselves ${members}: ` +
      "a majority of them must run, and this machine must reach them by these names. If it cannot, and the set has one " +
      "member, add directConnection=true to MONGO_URI.",
    { cause },
  );
}

/** Shared with the way on which a standalone answers at once. */
export function standaloneError(): MongoUriError {
  return new MongoUriError(
    "standalone",
    [
      "MONGO_URI points to a standalone mongod; orders need transactions, which only a replica set has. Either",
      "  start it as a replica set of one: mongod --replSet rs0 --setParameter transactionLifetimeLimitSeconds=3 …",
      "  and once, in mongosh: rs.initiate(); then add replicaSet=rs0 to MONGO_URI,",
      "  or unset MONGO_URI, and a mongod is found or downloaded, and started for you.",
    ].join("\n"),
  );
}
