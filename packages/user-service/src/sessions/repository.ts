import { type Collection, type Db, ObjectId } from "mongodb";
import type { RefreshTokenDocument, SessionDocument } from "./documents.ts";
import type { RefreshToken, Session } from "./domain.ts";

/** The only place that reads and writes sessions. */
export class SessionRepository {
  readonly #sessions: Collection<SessionDocument>;
  readonly #tokens: Collection<RefreshTokenDocument>;

  constructor(db: Db) {
    this.#sessions = db.collection("sessions");
    this.#tokens = db.collection("refresh_tokens");
  }

  /** Opens a session and answers its id. */
  async open({ userId, ...session }: Omit<Session, "id">): Promise<string> {
    const _id = new ObjectId();
    await this.#sessions.insertOne({ ...session, _id, userId: new ObjectId(userId) });
    return _id.toHexString();
  }

  async addToken({ hash, sessionId, userId, ...token }: RefreshToken): Promise<void> {
    const ids = { sessionId: new ObjectId(sessionId), userId: new ObjectId(userId) };
    await this.#tokens.insertOne({ ...token, ...ids, _id: hash });
  }

  /** The token, marked as rotated by this very call; undefined when it is unknown, expired or rotated already. */
  async rotateToken(hash: string, now: Date): Promise<RefreshToken | undefined> {
    return toToken(
      await this.#tokens.findOneAndUpdate(
        { _id: hash, rotatedAt: { $exists: false }, expiresAt: { $gt: now } },
        { $set: { rotatedAt: now } },
      ),
    );
  }

  async findToken(hash: string, now: Date): Promise<RefreshToken | undefined> {
    return toToken(await this.#tokens.findOne({ _id: hash, expiresAt: { $gt: now } }));
  }

  /** Tells whether a token of the session was rotated after `moment`. */
  async isRotatedAfter(sessionId: string, moment: Date): Promise<boolean> {
    const later = { sessionId: new ObjectId(sessionId), rotatedAt: { $gt: moment } };
    return (await this.#tokens.findOne(later, { projection: { _id: 1 } })) !== null;
  }

  /** The session, with its life extended; undefined when it has ended. */
  async extend(sessionId: string, expiresAt: Date): Promise<Session | undefined> {
    const extended = await this.#sessions.findOneAndUpdate(
      { _id: new ObjectId(sessionId) },
      { $set: { expiresAt } },
      { returnDocument: "after" },
    );
    return toSession(extended);
  }

  /** Ends one session. Its tokens stay until they expire and lead nowhere. */
  async end(sessionId: string): Promise<void> {
    await this.#sessions.deleteOne({ _id: new ObjectId(sessionId) });
  }

  /** Ends all sessions of a user but those of `epoch`. */
  async endOthers(userId: string, epoch: number): Promise<void> {
    await this.#sessions.deleteMany({ userId: new ObjectId(userId), epoch: { $ne: epoch } });
  }

  /** Carries one session of a user over into a new epoch. */
  async keep(sessionId: string, { userId, epoch }: { userId: string; epoch: number }): Promise<void> {
    await this.#sessions.updateOne({ _id: new ObjectId(sessionId), userId: new ObjectId(userId) }, { $set: { epoch } });
  }
}

function toSession(document: SessionDocument | null): Session | undefined {
  if (document === null) return undefined;
  const { _id, userId, ...fields } = document;
  return { ...fields, id: _id.toHexString(), userId: userId.toHexString() };
}

function toToken(document: RefreshTokenDocument | null): RefreshToken | undefined {
  if (document === null) return undefined;
  const { _id, sessionId, userId, ...fields } = document;
  return { ...fields, hash: _id, sessionId: sessionId.toHexString(), userId: userId.toHexString() };
}
