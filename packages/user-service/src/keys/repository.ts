import { isDuplicateKey } from "@pos/service-kit/database-errors";
import type { Binary, Collection, Db } from "mongodb";
import type { PublicJwk } from "./domain.ts";

/** A signing key as it is stored; the private half is sealed. */
export interface SigningKeyDocument {
  /** Key id: the thumbprint of the public key (RFC 7638). */
  _id: string;
  /** 1, 2, 3 …, unique: of replicas that make a key at the same time one wins. */
  sequence: number;
  publicJwk: PublicJwk;
  sealed: Binary;
  createdAt: Date;
  /** From then on new tokens are signed with it, until a later key's time has come. */
  signsFrom: Date;
  /** Tokens of this key are refused from then on; absent for the newest key. */
  verifiesUntil?: Date;
  revokedAt?: Date;
}

/** The only place that reads and writes signing keys. */
export class KeyRepository {
  readonly #keys: Collection<SigningKeyDocument>;

  constructor(db: Db) {
    this.#keys = db.collection("signing_keys");
  }

  /** Keys that still verify at `now`, oldest first. */
  verifyingAt(now: Date): Promise<SigningKeyDocument[]> {
    return this.#keys
      .find({ $or: [{ verifiesUntil: { $exists: false } }, { verifiesUntil: { $gt: now } }] })
      .sort({ sequence: 1 })
      .limit(KEYS_MAX)
      .toArray();
  }

  newest(): Promise<SigningKeyDocument | null> {
    return this.#keys.findOne({}, { sort: { sequence: -1 } });
  }

  /** Tells whether the key was added; false when another replica has taken the sequence number. */
  async add(key: SigningKeyDocument): Promise<boolean> {
    try {
      await this.#keys.insertOne(key);
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

  /** Keys before `sequence` stop at once. */
  async revokeBefore(sequence: number, now: Date): Promise<void> {
    await this.#keys.updateMany(
      { sequence: { $lt: sequence }, $or: [{ verifiesUntil: { $exists: false } }, { verifiesUntil: { $gt: now } }] },
      { $set: { verifiesUntil: now, revokedAt: now } },
    );
  }
}

const KEYS_MAX = 100;
