import type { Collection, CreateIndexesOptions, Db, IndexSpecification } from "mongodb";
import type { Clock } from "../lifecycle/clock.ts";
import type { Logger } from "../logging/logger.ts";
import { isDuplicateKey } from "./errors.ts";

/** What is said of a migration. */
export interface MigrationName {
  /** Position in the order, from 1; never reused. */
  readonly version: number;
  readonly name: string;
}

/** One change to the documents of a database: run once, in order. A crash half-way runs it again, so it is idempotent. */
export interface Migration extends MigrationName {
  up(db: Db): Promise<void>;
}

/** One index that a query of a service needs. */
export interface Index {
  readonly collection: string;
  readonly keys: IndexSpecification;
  readonly options?: CreateIndexesOptions;
}

/** What a service's database must look like before it serves. */
export interface DatabaseLayout {
  readonly migrations: readonly Migration[];
  readonly indexes: readonly Index[];
}

interface Applied {
  _id: number;
  name: string;
  appliedAt: Date;
}

interface Lock {
  _id: "migrations";
  owner: string;
  heartbeatAt: Date;
}

const LOCK_LOST_AFTER_MS = 30_000;
const HEARTBEAT_MS = LOCK_LOST_AFTER_MS / 3;
const LOCK_POLL_MS = 200;
const LOCK_WAIT_MAX_MS = 300_000;

/** How a database differs from a layout, each in order. */
export interface MigrationDifference {
  /** Migrations that the database has not had yet. */
  readonly pending: readonly Migration[];
  /** Migrations that it has had and the layout does not know: a newer release made them. */
  readonly newer: readonly MigrationName[];
}

/** Compares the migrations that a database has had with those of a layout. */
export async function compareMigrations(db: Db, { migrations }: DatabaseLayout): Promise<MigrationDifference> {
  const found = await db
    .collection<Applied>("migrations")
    .find({}, { projection: { name: 1 }, sort: { _id: 1 } })
    .toArray();
  const applied = found.map(({ _id, name }) => ({ version: _id, name }));
  const without = <Some extends MigrationName>(some: readonly Some[], others: readonly MigrationName[]) => {
    const versions = new Set(others.map(({ version }) => version));
    return some.filter(({ version }) => !versions.has(version));
  };
  return {
    pending: without(migrations, applied).sort((a, b) => a.version - b.version),
    newer: without(applied, migrations),
  };
}

/**
 * Brings a database to its layout: pending migrations in order, then indexes. Replicas that start together wait for
 * the one that holds the lock; a lock whose holder died is taken over after 30 s by the database's clock. What a newer
 * release has migrated is named and taken: during a rolling upgrade instances of the release before start again.
 * @throws when another holder does not finish within 5 minutes
 */
export async function migrateDatabase(
  db: Db,
  layout: DatabaseLayout,
  tools: { clock: Clock; logger: Pick<Logger, "info" | "warn"> },
): Promise<void> {
  const { pending, newer } = await compareMigrations(db, layout);
  if (newer.length > 0)
    tools.logger.warn(
      { migrations: newer },
      "a newer release has migrated this database: unless you are upgrading, run that release",
    );
  if (pending.length > 0) await withLock(db, tools.clock, () => runPending(db, layout, tools.logger));
  for (const { collection, keys, options } of layout.indexes)
    await db.collection(collection).createIndex(keys, options);
}

async function runPending(db: Db, layout: DatabaseLayout, logger: Pick<Logger, "info">): Promise<void> {
  // Read anew: whoever held the lock before may have run them.
  const { pending } = await compareMigrations(db, layout);
  for (const migration of pending) {
    logger.info({ version: migration.version, name: migration.name }, "migrating");
    await migration.up(db);
    await db
      .collection<Applied>("migrations")
      .updateOne(
        { _id: migration.version },
        { $setOnInsert: { name: migration.name, appliedAt: new Date() } },
        { upsert: true },
      );
  }
}

async function withLock(db: Db, clock: Clock, work: () => Promise<void>): Promise<void> {
  const locks = db.collection<Lock>("locks");
  const owner = crypto.randomUUID();
  for (let waitedMs = 0; !(await takeLock(locks, owner)); waitedMs += LOCK_POLL_MS) {
    if (waitedMs >= LOCK_WAIT_MAX_MS) throw new Error("another process has held the migration lock for 5 minutes");
    await clock.sleep(LOCK_POLL_MS);
  }
  const ended = new AbortController();
  const beating = beat(() => takeLock(locks, owner), { clock, signal: ended.signal });
  try {
    await work();
  } finally {
    ended.abort();
    // A last heartbeat that is under way would put the lock back.
    await beating;
    await locks.deleteOne({ _id: "migrations", owner });
  }
}

/** Says that the holder lives, until the signal aborts. */
async function beat(
  renew: () => Promise<unknown>,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  for (;;) {
    await clock.sleep(HEARTBEAT_MS, signal);
    if (signal.aborted) return;
    await renew().catch(() => undefined);
  }
}

/** Takes the lock when it is free, ours, or its holder was last seen 30 s ago by the database's clock. */
async function takeLock(locks: Collection<Lock>, owner: string): Promise<boolean> {
  const isLost = { $lt: ["$heartbeatAt", { $subtract: ["$$NOW", LOCK_LOST_AFTER_MS] }] };
  const taken = await locks.updateOne({ _id: "migrations", $or: [{ owner }, { $expr: isLost }] }, [
    { $set: { owner, heartbeatAt: "$$NOW" } },
  ]);
  if (taken.matchedCount === 1) return true;
  try {
    // An upsert may not filter by expression, so a lock that nobody holds is inserted; the first one wins.
    await locks.updateOne({ _id: "migrations", owner }, [{ $set: { heartbeatAt: "$$NOW" } }], { upsert: true });
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
