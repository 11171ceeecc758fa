import type { Database } from "@pos/service-kit/database";
import { type Collection, UUID } from "mongodb";

/** A process that writes batches: where its transactions run, and when it was last seen by the database's clock. */
interface FlusherDocument {
  _id: string;
  sessionId: UUID;
  heartbeatAt: Date;
}

/** A process that was not seen for too long. */
export interface LostFlusher {
  readonly instance: string;
  readonly sessionId: string;
  readonly heartbeatAt: Date;
}

/** Who writes batches, in MongoDB. */
export class FlusherRepository {
  readonly #database: Database;
  readonly #flushers: Collection<FlusherDocument>;

  constructor(database: Database) {
    this.#database = database;
    this.#flushers = database.db.collection<FlusherDocument>("flushers");
  }

  async beat(instance: string, sessionId: string): Promise<void> {
    await this.#flushers.updateOne(
      { _id: instance },
      [{ $set: { sessionId: new UUID(sessionId), heartbeatAt: "$$NOW" } }],
      { upsert: true, writeConcern: { w: 1 } },
    );
  }

  /** Those without a heartbeat for longer than `milliseconds`, by the database's clock. */
  async lost(milliseconds: number): Promise<readonly LostFlusher[]> {
    const isLost = { $lt: ["$heartbeatAt", { $subtract: ["$$NOW", milliseconds] }] };
    const found = await this.#flushers.find({ $expr: isLost }).toArray();
    return found.map(({ _id, sessionId, heartbeatAt }) => ({
      instance: _id,
      sessionId: sessionId.toHexString(),
      heartbeatAt,
    }));
  }

  /**
   * Ends the open transaction of a session.
   * @throws when the database's user may not
   */
  async endSession(sessionId: string): Promise<void> {
    await this.#database.client.db("admin").command({ killSessions: [{ id: new UUID(sessionId) }] });
  }

  /** Takes a process off the list; one that beat again in the meantime keeps its place. */
  async forget(instance: string, heartbeatAt?: Date): Promise<void> {
    await this.#flushers.deleteOne(heartbeatAt === undefined ? { _id: instance } : { _id: instance, heartbeatAt });
  }
}
