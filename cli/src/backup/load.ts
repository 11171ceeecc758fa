import { BSON, type Collection, type Db, type Document, type MongoClient, type ObjectId } from "mongodb";
import { CliError } from "../errors.ts";
import { count } from "../output/text.ts";
import { fileHash, readBsonFile } from "./bson-file.ts";
import type { DatabaseUris } from "./dump.ts";
import { collectionPath, type DatabaseName, DATABASES, type Manifest } from "./manifest.ts";
import { clientOf, refuseSecondary } from "./primary.ts";
import { type CopiedOrder, type CopiedReservation, reconcile } from "./reconcile.ts";

export interface LoadTools {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  say(line: string): void;
  /** Right before anything is changed: from here on the databases are not whole until it is through. */
  begins?(): Promise<void>;
  /** Breaks it off. */
  readonly signal?: AbortSignal;
}

/** What a restore did. */
export interface LoadReport {
  readonly documents: number;
  /** Orders that were placed while the backup was taken, after the moment it holds. */
  readonly ordersLeftOut: readonly string[];
  /** Orders that got a message to product-service back. */
  readonly ordersMended: number;
}

type Clients = Readonly<Record<DatabaseName, MongoClient>>;

const BATCH = 500;
/** product-service says that it lives twice a second; without a heartbeat for so long, it does not run. */
const HEARTBEAT_LOST_MS = 5000;
const HEARTBEAT_POLL_MS = 250;
/** Heartbeats that are looked at: one for each product-service. */
const FLUSHERS_MAX = 1000;

/**
 * Fills the three databases from a backup whose files are as they were written. The services must not run.
 * @param options `replace` empties databases that hold something
 * @throws {CliError} before anything is written: a damaged file, a server that is not the primary, a database that
 * is not empty, a running service
 */
export async function load(
  folder: string,
  parts: { manifest: Manifest; uris: DatabaseUris; replace: boolean },
  tools: LoadTools,
): Promise<LoadReport> {
  const { manifest, uris, replace } = parts;
  await checkFiles(folder, manifest, tools);
  const clients: Clients = {
    productdb: clientOf(uris.productdb),
    orderdb: clientOf(uris.orderdb),
    userdb: clientOf(uris.userdb),
  };
  try {
    for (const name of DATABASES) await refuseSecondary(name, clients[name]);
    await refuseRunningServices(clients.productdb.db(), tools);
    if (!replace) await refuseFullDatabases(clients);
    tools.signal?.throwIfAborted();
    await tools.begins?.();
    for (const name of DATABASES) await emptyDatabase(clients[name].db());
    return await fill(folder, { manifest, clients }, tools);
  } finally {
    await Promise.all(Object.values(clients).map((client) => client.close()));
  }
}

async function checkFiles(folder: string, { databases }: Manifest, { signal }: LoadTools): Promise<void> {
  for (const name of DATABASES) {
    for (const [collection, { sha256 }] of Object.entries(databases[name])) {
      signal?.throwIfAborted();
      const path = collectionPath(folder, name, collection);
      const found = await fileHash(path).catch(() => undefined);
      if (found === undefined) throw new CliError(`${path} is missing.`);
      if (found !== sha256) throw new CliError(`${path} is damaged: its content differs from what the backup wrote.`);
    }
  }
}

/** A killed process leaves a heartbeat behind: one that is renewed says that it runs, one that grows old does not. */
async function refuseRunningServices(productdb: Db, tools: LoadTools): Promise<void> {
  const first = await heartbeats(productdb);
  const waitMax = Math.ceil(HEARTBEAT_LOST_MS / HEARTBEAT_POLL_MS) + 1;
  let now = first;
  for (let wait = 0; now.size > 0; wait++) {
    const isRenewed = [...now].some(([instance, at]) => first.get(instance) !== at);
    if (isRenewed || wait === waitMax) {
      throw new CliError(
        "product-service is using this database. Stop the three services first; leave MongoDB running.",
        { why: ["What they hold in memory would mix with the restored data."] },
      );
    }
    await tools.sleep(HEARTBEAT_POLL_MS);
    tools.signal?.throwIfAborted();
    now = await heartbeats(productdb);
  }
}

/** Time of the last heartbeat of each product-service that may still live, in milliseconds. */
async function heartbeats(productdb: Db): Promise<ReadonlyMap<string, number>> {
  const isFresh = { $expr: { $gt: ["$heartbeatAt", { $subtract: ["$$NOW", HEARTBEAT_LOST_MS] }] } };
  const found = await productdb.collection("flushers").find(isFresh).limit(FLUSHERS_MAX).toArray();
  return new Map(found.map(({ _id, heartbeatAt }) => [String(_id), Number(heartbeatAt)]));
}

async function refuseFullDatabases(clients: Clients): Promise<void> {
  const counts = await Promise.all([
    clients.userdb
      .db()
      .collection("users")
      .countDocuments({ role: { $ne: "admin" } }, { limit: 1 }),
    clients.productdb.db().collection("products").countDocuments({}, { limit: 1 }),
    clients.orderdb.db().collection("orders").countDocuments({}, { limit: 1 }),
  ]);
  if (counts.every((found) => found === 0)) return;
  throw new CliError("These databases already hold users, products or orders.", {
    why: ["A restore replaces everything in them."],
    tries: ["the same command with --replace"],
  });
}

/** Sessions and keys go, too: whoever was signed in may not exist any more. */
async function emptyDatabase(db: Db): Promise<void> {
  for (const { name } of await db.listCollections({ type: "collection" }, { nameOnly: true }).toArray())
    if (!name.startsWith("system.")) await db.collection(name).drop();
}

async function fill(
  folder: string,
  { manifest, clients }: { manifest: Manifest; clients: Clients },
  tools: LoadTools,
): Promise<LoadReport> {
  const orders = new OrderFitter(clients.productdb.db().collection("reservations"), new Date(tools.now()));
  let documents = 0;
  for (const name of DATABASES) {
    for (const collection of Object.keys(manifest.databases[name])) {
      const target = clients[name].db().collection(collection);
      const fit = name === "orderdb" && collection === "orders" ? (batch: Document[]) => orders.fit(batch) : undefined;
      const path = collectionPath(folder, name, collection);
      const written = await fillCollection(path, target, { fit, signal: tools.signal });
      tools.say(`${name}.${collection}: ${count(written, "document")}`);
      documents += written;
    }
  }
  return { documents, ordersLeftOut: orders.leftOut, ordersMended: orders.mended };
}

async function fillCollection(
  path: string,
  target: Collection,
  { fit, signal }: { fit: ((batch: Document[]) => Promise<Document[]>) | undefined; signal: AbortSignal | undefined },
): Promise<number> {
  let written = 0;
  const write = async (batch: Document[]) => {
    signal?.throwIfAborted();
    const documents = fit === undefined ? batch : await fit(batch);
    if (documents.length === 0) return;
    await target.insertMany(documents, { ordered: false, writeConcern: { w: "majority", journal: true } });
    written += documents.length;
  };
  let batch: Document[] = [];
  for await (const bytes of readBsonFile(path)) {
    // Numbers keep the type they are stored with.
    batch.push(BSON.deserialize(bytes, { promoteValues: false }));
    if (batch.length < BATCH) continue;
    await write(batch);
    batch = [];
  }
  await write(batch);
  return written;
}

/** Fits orders to the reservations that were restored before them. */
class OrderFitter {
  readonly leftOut: string[] = [];
  mended = 0;
  readonly #reservations: Collection;
  readonly #now: Date;

  constructor(reservations: Collection, now: Date) {
    this.#reservations = reservations;
    this.#now = now;
  }

  async fit(orders: readonly Document[]): Promise<Document[]> {
    const ids = orders.map((order) => order["_id"] as ObjectId);
    const found = await this.#reservations
      .find<CopiedReservation & { _id: ObjectId }>({ _id: { $in: ids } })
      .project<CopiedReservation & { _id: ObjectId }>({ rid: 1, state: 1, isOpen: 1 })
      .toArray();
    const byId = new Map(found.map((reservation) => [reservation._id.toHexString(), reservation]));
    return orders.flatMap((order) => {
      const id = (order["_id"] as ObjectId).toHexString();
      const fitted = reconcile(order as CopiedOrder, byId.get(id), this.#now);
      if (fitted === undefined) this.leftOut.push(id);
      else if (fitted !== order) this.mended++;
      return fitted === undefined ? [] : [fitted];
    });
  }
}
