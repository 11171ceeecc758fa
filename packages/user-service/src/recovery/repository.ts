import { type Collection, type Db, ObjectId } from "mongodb";
import type { Transaction } from "../transaction.ts";
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

  /** A token that could be used now, without using it. */
  async find({ hash, purpose, now }: Use): Promise<MailedToken | undefined> {
    return toToken(await this.#tokens.findOne({ _id: hash, purpose, expiresAt: { $gt: now } }));
  }

  /** Uses a token up: of any number of uses one gets it. */
  async take({ hash, purpose, now }: Use, transaction: Transaction): Promise<MailedToken | undefined> {
    const usable = { _id: hash, purpose, expiresAt: { $gt: now } };
    return toToken(await this.#tokens.findOneAndDelete(usable, { session: transaction }));
  }

  /** @param options `spared`: the address, in its unique form, whose tokens stay */
  async removeAll(
    userId: string,
    purpose: Purpose,
    { spared, transaction }: { spared?: string; transaction?: Transaction } = {},
  ): Promise<void> {
    const others = spared === undefined ? {} : { emailKey: { $ne: spared } };
    const options = transaction === undefined ? {} : { session: transaction };
    await this.#tokens.deleteMany({ userId: new ObjectId(userId), purpose, ...others }, options);
  }
}

interface Use {
  readonly hash: string;
  readonly purpose: Purpose;
  readonly now: Date;
}

function toToken(document: MailedTokenDocument | null): MailedToken | undefined {
  if (document === null) return undefined;
  const { _id, userId, ...fields } = document;
  return { ...fields, hash: _id, userId: userId.toHexString() };
}
