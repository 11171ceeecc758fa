import type { ClientSession, Collection, Db, ObjectId } from "mongodb";

/** A sign-in: the family of refresh tokens that follow each other. */
export interface SessionDocument {
  _id: ObjectId;
  userId: ObjectId;
  /** The account's epoch at sign-in; when the account's has moved on, the session is over. */
  epoch: number;
  createdAt: Date;
  expiresAt: Date;
}

/** One refresh token. It stays after its use until it expires, so that a second use is noticed. */
export interface RefreshTokenDocument {
  /** SHA-256 of the token, in hex. */
  _id: string;
  sessionId: ObjectId;
  userId: ObjectId;
  createdAt: Date;
  expiresAt: Date;
  rotatedAt?: Date;
}

/** The only place that reads and writes sessions. */
export class SessionRepository {
  readonly #sessions: Collection<SessionDocument>;
  readonly #tokens: Collection<RefreshTokenDocument>;

  constructor(db: Db) {
    this.#sessions = db.collection("sessions");
    this.#tokens = db.collection("refresh_tokens");
  }

  async open(session: SessionDocument): Promise<void> {
    await this.#sessions.insertOne(session);
  }

  async addToken(token: RefreshTokenDocument): Promise<void> {
    await this.#tokens.insertOne(token);
  }

  /** The token, marked as rotated by this very call; undefined when it is unknown, expired or rotated already. */
  async rotateToken(hash: string, now: Date): Promise<RefreshTokenDocument | undefined> {
    const token = await this.#tokens.findOneAndUpdate(
      { _id: hash, rotatedAt: { $exists: false }, expiresAt: { $gt: now } },
      { $set: { rotatedAt: now } },
    );
    return token ?? undefined;
  }

  async findToken(hash: string, now: Date): Promise<RefreshTokenDocument | undefined> {
    return (await this.#tokens.findOne({ _id: hash, expiresAt: { $gt: now } })) ?? undefined;
  }

  /** Tells whether a token of the session was rotated after `moment`. */
  async isRotatedAfter(sessionId: ObjectId, moment: Date): Promise<boolean> {
    const later = await this.#tokens.findOne({ sessionId, rotatedAt: { $gt: moment } }, { projection: { _id: 1 } });
    return later !== null;
  }

  /** The session, with its life extended; undefined when it has ended. */
  async extend(sessionId: ObjectId, expiresAt: Date): Promise<SessionDocument | undefined> {
    const session = await this.#sessions.findOneAndUpdate(
      { _id: sessionId },
      { $set: { expiresAt } },
      { returnDocument: "after" },
    );
    return session ?? undefined;
  }

  /** Ends one session. Its tokens stay until they expire and lead nowhere. */
  async end(sessionId: ObjectId): Promise<void> {
    await this.#sessions.deleteOne({ _id: sessionId });
  }

  /** Ends all sessions of a user but those of `epoch`. */
  async endOthers(userId: ObjectId, epoch: number, session?: ClientSession): Promise<void> {
    await this.#sessions.deleteMany({ userId, epoch: { $ne: epoch } }, session === undefined ? {} : { session });
  }

  /** Carries one session over into a new epoch. */
  async keep(sessionId: ObjectId, { userId, epoch }: { userId: ObjectId; epoch: number }): Promise<void> {
    await this.#sessions.updateOne({ _id: sessionId, userId }, { $set: { epoch } });
  }
}
