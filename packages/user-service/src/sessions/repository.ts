import { withWriteConcern, write } from "@pos/service-kit/command-runner";
import { isDuplicateKey } from "@pos/service-kit/database-errors";
import { DirectCommands } from "@pos/service-kit/direct-commands";
import { type Collection, type Db, type Document, ObjectId } from "mongodb";
import type { Transaction } from "../transaction.ts";
import type { RefreshTokenDocument, SessionDocument } from "./documents.ts";
import type { RefreshToken, Session } from "./domain.ts";

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

  /** The id of a session that is to be opened. */
  newId(): string {
    return new ObjectId().toHexString();
  }

  /** Opens a session under an id that `newId` made. */
  open({ id, userId, ...session }: Session): Promise<void> {
    return this.#insert(this.#sessions, { ...session, _id: new ObjectId(id), userId: new ObjectId(userId) });
  }

  addToken({ hash, sessionId, userId, ...token }: RefreshToken): Promise<void> {
    const ids = { sessionId: new ObjectId(sessionId), userId: new ObjectId(userId) };
    return this.#insert(this.#tokens, { ...token, ...ids, _id: hash });
  }

  async removeToken(hash: string): Promise<void> {
    await this.#tokens.deleteOne({ _id: hash });
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

  /** Tells whether the session has got another token since one of its tokens was rotated, at that very moment included. */
  async hasSuccessor({ hash, sessionId }: RefreshToken, rotatedAt: Date): Promise<boolean> {
    const since = { _id: { $ne: hash }, sessionId: new ObjectId(sessionId), createdAt: { $gte: rotatedAt } };
    return (await this.#tokens.findOne(since, { projection: { _id: 1 } })) !== null;
  }

  async find(sessionId: string, transaction?: Transaction): Promise<Session | undefined> {
    const options = transaction === undefined ? {} : { session: transaction };
    return toSession(await this.#sessions.findOne({ _id: new ObjectId(sessionId) }, options));
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

  /** Carries one session of a user over into a new epoch, in the transaction that begins it. */
  async keep(
    sessionId: string,
    { userId, epoch }: { userId: string; epoch: number },
    transaction: Transaction,
  ): Promise<void> {
    const own = { _id: new ObjectId(sessionId), userId: new ObjectId(userId) };
    await this.#sessions.updateOne(own, { $set: { epoch } }, { session: transaction });
  }

  async #insert(collection: Pick<Collection, "collectionName" | "writeConcern">, document: Document): Promise<void> {
    const command = withWriteConcern({ insert: collection.collectionName, documents: [document] }, collection);
    try {
      await write(this.#commands, command, { mayRepeat: true });
    } catch (error) {
      // Nobody else makes its id: the first sending has written it, and the answer was lost.
      if (!isDuplicateKey(error)) throw error;
    }
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
