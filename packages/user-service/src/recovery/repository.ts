import { type Collection, type Db, ObjectId } from "mongodb";
import type { MailedTokenDocument } from "./documents.ts";
import type { MailedToken, Purpose } from "./domain.ts";

/** The only place that reads and writes mailed tokens. */
export class MailedTokenRepository {
  readonly #tokens: Collection<MailedTokenDocument>;

  constructor(db: Db) {
    this.#tokens = db.collection("mail_tokens");
  }

  async add({ hash, userId, ...token }: MailedToken): Promise<void> {
    await this.#tokens.insertOne({ ...token, _id: hash, userId: new ObjectId(userId) });
  }

  /** Tells whether a token could be used, without using it. */
  async isUsable(hash: string, purpose: Purpose, now: Date): Promise<boolean> {
    const found = await this.#tokens.findOne(
      { _id: hash, purpose, expiresAt: { $gt: now } },
      { projection: { _id: 1 } },
    );
    return found !== null;
  }

  /** Uses a token up: of any number of uses one gets it. */
  async take(hash: string, purpose: Purpose, now: Date): Promise<MailedToken | undefined> {
    const taken = await this.#tokens.findOneAndDelete({ _id: hash, purpose, expiresAt: { $gt: now } });
    if (taken === null) return undefined;
    const { _id, userId, ...fields } = taken;
    return { ...fields, hash: _id, userId: userId.toHexString() };
  }

  /** @param spared the address, in its unique form, whose tokens stay */
  async removeAll(userId: string, purpose: Purpose, spared?: string): Promise<void> {
    const others = spared === undefined ? {} : { emailKey: { $ne: spared } };
    await this.#tokens.deleteMany({ userId: new ObjectId(userId), purpose, ...others });
  }
}
