import { isDuplicateKey } from "@pos/service-kit/database-errors";
import { Binary, type Collection, type Db } from "mongodb";
import type { SigningKeyDocument } from "./documents.ts";
import type { SigningKey } from "./domain.ts";

/** Keys that verify at a time are few: one signs, one is to come, some run out. */
const KEYS_MAX = 100;

/** The only place that reads and writes signing keys. */
export class KeyRepository {
  readonly #keys: Collection<SigningKeyDocument>;

  constructor(db: Db) {
    this.#keys = db.collection("signing_keys");
  }

  /** Keys that still verify at `now`, oldest first. */
  async verifyingAt(now: Date): Promise<SigningKey[]> {
    const documents = await this.#keys
      .find({ $or: [{ verifiesUntil: { $exists: false } }, { verifiesUntil: { $gt: now } }] })
      .sort({ sequence: 1 })
      .limit(KEYS_MAX)
      .toArray();
    return documents.map(fromDocument);
  }

  async newest(): Promise<SigningKey | undefined> {
    const document = await this.#keys.findOne({}, { sort: { sequence: -1 } });
    return document === null ? undefined : fromDocument(document);
  }

  /** Tells whether the key was added; false when another replica has taken the sequence number. */
  async add({ id, sealed, ...key }: SigningKey): Promise<boolean> {
    try {
      await this.#keys.insertOne({ ...key, _id: id, sealed: new Binary(sealed) });
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  /** Keys before `sequence` that have no end yet verify until `end`. */
  async endBefore(sequence: number, end: Date): Promise<void> {
    await this.#keys.updateMany(
      { sequence: { $lt: sequence }, verifiesUntil: { $exists: false } },
      { $set: { verifiesUntil: end } },
    );
  }

  /** Keys that have ended are of no use but to a thief. */
  async removeEnded(now: Date): Promise<void> {
    await this.#keys.deleteMany({ verifiesUntil: { $lte: now } });
  }

  /** Keys before `sequence` stop at once. */
  async revokeBefore(sequence: number, now: Date): Promise<void> {
    await this.#keys.updateMany(
      { sequence: { $lt: sequence }, $or: [{ verifiesUntil: { $exists: false } }, { verifiesUntil: { $gt: now } }] },
      { $set: { verifiesUntil: now } },
    );
  }
}

function fromDocument({ _id, sealed, ...key }: SigningKeyDocument): SigningKey {
  return { ...key, id: _id, sealed: sealed.value() };
}
