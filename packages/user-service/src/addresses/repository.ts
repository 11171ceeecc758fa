import type { AddressFields } from "@pos/contracts/addresses";
import { majority } from "@pos/service-kit/read-concern";
import { type Collection, type Db, ObjectId } from "mongodb";
import { live, type UserDocument } from "../users/documents.ts";
import type { AddressDocument } from "./documents.ts";
import type { StoredAddress } from "./domain.ts";

/** What is written of an address. */
export interface AddressChange {
  readonly fields: AddressFields;
  /** undefined: as it was; for a new one, whether it is the first. */
  readonly isDefault: boolean | undefined;
  readonly now: Date;
}

const others = { $map: { input: "$addresses", in: { $mergeObjects: ["$$this", { isDefault: false }] } } };

/**
 * The only place that reads and writes addresses. They lie within the account, so that each change, with the default
 * that it moves and the limit that it keeps, is one atomic step, and go with it when it is erased.
 */
export class AddressRepository {
  readonly #users: Collection<UserDocument>;

  constructor(db: Db) {
    this.#users = db.collection("users", { readConcern: majority });
  }

  /** Oldest first; undefined when there is no such user. */
  async list(userId: string): Promise<StoredAddress[] | undefined> {
    const user = await this.#users.findOne(
      { _id: new ObjectId(userId), ...live },
      { projection: { _id: 0, addresses: 1 } },
    );
    return user?.addresses.map(fromDocument);
  }

  /** Adds an address; undefined when the user has `most` already, or does not exist. */
  async add(userId: string, change: AddressChange, most: number): Promise<StoredAddress | undefined> {
    const _id = new ObjectId();
    const { fields, isDefault, now } = change;
    // Literals: what people write is data, also when it begins with a dollar.
    const added = {
      $mergeObjects: [
        { $literal: { ...fields, _id, createdAt: now, updatedAt: now } },
        { isDefault: isDefault ?? { $eq: [{ $size: "$addresses" }, 0] } },
      ],
    };
    const user = await this.#users.findOneAndUpdate(
      { _id: new ObjectId(userId), ...live, $expr: { $lt: [{ $size: "$addresses" }, most] } },
      [{ $set: { addresses: { $concatArrays: [isDefault === true ? others : "$addresses", [added]] } } }],
      { returnDocument: "after", projection: { addresses: 1 } },
    );
    return find(user?.addresses, _id);
  }

  /** Replaces the fields of an address; undefined when the user has no such address. */
  async replace(userId: string, addressId: string, change: AddressChange): Promise<StoredAddress | undefined> {
    const _id = new ObjectId(addressId);
    const { fields, isDefault, now } = change;
    const replaced = {
      $mergeObjects: [
        { $literal: { ...fields, updatedAt: now } },
        { _id, createdAt: "$$this.createdAt", isDefault: isDefault ?? "$$this.isDefault" },
      ],
    };
    const other = isDefault === true ? { $mergeObjects: ["$$this", { isDefault: false }] } : "$$this";
    const user = await this.#users.findOneAndUpdate(
      { _id: new ObjectId(userId), ...live, "addresses._id": _id },
      [
        {
          $set: {
            addresses: {
              $map: { input: "$addresses", in: { $cond: [{ $eq: ["$$this._id", _id] }, replaced, other] } },
            },
          },
        },
      ],
      { returnDocument: "after", projection: { addresses: 1 } },
    );
    return find(user?.addresses, _id);
  }

  /** Tells whether the user had the address. */
  async remove(userId: string, addressId: string): Promise<boolean> {
    const _id = new ObjectId(addressId);
    const { modifiedCount } = await this.#users.updateOne(
      { _id: new ObjectId(userId), ...live, "addresses._id": _id },
      { $pull: { addresses: { _id } } },
    );
    return modifiedCount === 1;
  }
}

function find(addresses: readonly AddressDocument[] | undefined, id: ObjectId): StoredAddress | undefined {
  const found = addresses?.find(({ _id }) => _id.equals(id));
  return found === undefined ? undefined : fromDocument(found);
}

function fromDocument({ _id, ...fields }: AddressDocument): StoredAddress {
  return { ...fields, id: _id.toHexString() };
}
