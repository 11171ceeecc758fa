import type { Database } from "@pos/service-kit/database";
import { type Collection, UUID } from "mongodb";

/** A process that writes stock: where its transactions run, and when it was last seen by the database's clock. */
interface FlusherDocument {
  _id: string;
  /** The session of its batches: the only one that entries of earlier versions have and look for. */
  sessionId: UUID;
  adjustmentSessionIds?: readonly UUID[];
  heartbeatAt: Date;
}

/** The sessions that a process writes stock on, by their ids. */
export interface FlusherSessions {
  readonly batches: string;
  readonly adjustments: readonly string[];
}

/** A process without a heartbeat for too long. */
export interface LostFlusher {
  readonly instance: string;
  readonly sessionIds: readonly string[];
  readonly heartbeatAt: Date;
}

/** The list of processes that write stock, in MongoDB. */
export class FlusherRepository {
  readonly #database: Database;
  readonly #flushers: Collection<FlusherDocument>;

  constructor(database: Database) {
    this.#database = database;
    this.#flushers = database.db.collection<FlusherDocument>("flushers");
  }

  async beat(instance: string, { batches, adjustments }: FlusherSessions): Promise<void> {
    const sessionId = new UUID(batches);
    const adjustmentSessionIds = adjustments.map((id) => new UUID(id));
    await this.#flushers.updateOne(
      { _id: instance },
      [{ $set: { sessionId, adjustmentSessionIds, heartbeatAt: "$$NOW" } }],
      { upsert: true, writeConcern: { w: 1 } },
    );
  }

  /** Those without a heartbeat for longer than `milliseconds`, by the database's clock. */
  async lost(milliseconds: number): Promise<readonly LostFlusher[]> {
    const isLost = { $lt: ["$heartbeatAt", { $subtract: ["$$NOW", milliseconds] }] };
    const found = await this.#flushers.find({ $expr: isLost }).toArray();
    return found.map(({ _id, sessionId, adjustmentSessionIds = [], heartbeatAt }) => ({
      instance: _id,
      sessionIds: [sessionId, ...adjustmentSessionIds].map((id) => id.toHexString()),
      heartbeatAt,
    }));
  }

  /**
   * Ends the open transactions of sessions.
   * @throws when the database's user may not
   */
  async endSessions(sessionIds: readonly string[]): Promise<void> {
    const killSessions = sessionIds.map((id) => ({ id: new UUID(id) }));
    await this.#database.client.db("admin").command({ killSessions });
  }

  /** Removes a process from the list, unless it has sent a heartbeat in the meantime. */
  async forget(instance: string, heartbeatAt?: Date): Promise<void> {
    await this.#flushers.deleteOne(heartbeatAt === undefined ? { _id: instance } : { _id: instance, heartbeatAt });
  }
}
