import { write } from "@pos/service-kit/command-runner";
import { isDuplicateKey } from "@pos/service-kit/database-errors";
import { DirectCommands } from "@pos/service-kit/direct-commands";
import { type Collection, type Db, ObjectId, WriteConcern } from "mongodb";
import type { RefreshTokenDocument, SessionDocument } from "./documents.ts";
import { type RefreshToken, type Session, sessionIdOf } from "./domain.ts";

/** The only place that reads and writes sessions. */
export class SessionRepository {
  readonly #commands: DirectCommands;
  readonly #sessions: Collection<SessionDocument>;
  readonly #tokens: Collection<RefreshTokenDocument>;

  constructor(db: Db) {
    this.#commands = new DirectCommands(db);
    this.#sessions = db.collection("sessions");
    this.#tokens = db.collection("refresh_tokens");
  }

  /** Opens a session with its first token, which its id belongs to; `hash` is the token's SHA-256 in hex. */
  async open({ id, userId, ...session }: Session, hash: string): Promise<void> {
    const ids = { _id: new ObjectId(id), userId: new ObjectId(userId) };
    const document: SessionDocument = { ...session, ...ids, firstToken: { hash, expiresAt: session.expiresAt } };
    const { writeConcern = new WriteConcern("majority", undefined, true) } = this.#sessions;
    const command = WriteConcern.apply({ insert: "sessions", documents: [document] }, writeConcern);
    try {
      await write(this.#commands, command, { mayRepeat: true });
    } catch (error) {
      // Nobody else makes this id: the first sending has written it, and its answer was lost.
      if (!isDuplicateKey(error)) throw error;
    }
  }

  /** Adds a later token to a session. */
  async addToken({ hash, sessionId, userId, ...token }: RefreshToken): Promise<void> {
    const ids = { sessionId: new ObjectId(sessionId), userId: new ObjectId(userId) };
    await this.#tokens.insertOne({ ...token, ...ids, _id: hash });
  }

  /** The token, marked as rotated by this very call; undefined when it is unknown, expired or rotated already. */
  async rotateToken(hash: string, now: Date): Promise<RefreshToken | undefined> {
    const later = await this.#tokens.findOneAndUpdate(
      { _id: hash, rotatedAt: { $exists: false }, expiresAt: { $gt: now } },
      { $set: { rotatedAt: now } },
    );
    if (later !== null) return toToken(later);
    const unspent = { "firstToken.rotatedAt": { $exists: false }, "firstToken.expiresAt": { $gt: now } };
    return toFirstToken(
      await this.#sessions.findOneAndUpdate(
        { ...withFirst(hash), ...unspent },
        { $set: { "firstToken.rotatedAt": now } },
      ),
    );
  }

  async findToken(hash: string, now: Date): Promise<RefreshToken | undefined> {
    const later = await this.#tokens.findOne({ _id: hash, expiresAt: { $gt: now } });
    if (later !== null) return toToken(later);
    return toFirstToken(await this.#sessions.findOne({ ...withFirst(hash), "firstToken.expiresAt": { $gt: now } }));
  }

  /** Tells whether a token of the session was rotated after `moment`. */
  async isRotatedAfter(sessionId: string, moment: Date): Promise<boolean> {
    const [id, projection] = [new ObjectId(sessionId), { _id: 1 }];
    const [later, first] = await Promise.all([
      this.#tokens.findOne({ sessionId: id, rotatedAt: { $gt: moment } }, { projection }),
      this.#sessions.findOne({ _id: id, "firstToken.rotatedAt": { $gt: moment } }, { projection }),
    ]);
    return later !== null || first !== null;
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

const withFirst = (hash: string) => ({ _id: new ObjectId(sessionIdOf(hash)), "firstToken.hash": hash });

function toSession(document: SessionDocument | null): Session | undefined {
  if (document === null) return undefined;
  const { _id, userId, firstToken: _first, ...fields } = document;
  return { ...fields, id: _id.toHexString(), userId: userId.toHexString() };
}

function toFirstToken(document: SessionDocument | null): RefreshToken | undefined {
  if (document?.firstToken === undefined) return undefined;
  const { _id, userId, createdAt, firstToken } = document;
  return { ...firstToken, createdAt, sessionId: _id.toHexString(), userId: userId.toHexString() };
}

function toToken(document: RefreshTokenDocument | null): RefreshToken | undefined {
  if (document === null) return undefined;
  const { _id, sessionId, userId, ...fields } = document;
  return { ...fields, hash: _id, sessionId: sessionId.toHexString(), userId: userId.toHexString() };
}
