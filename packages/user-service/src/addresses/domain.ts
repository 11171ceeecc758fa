import type { Address, AddressFields } from "@pos/contracts/addresses";
import type { ObjectId } from "mongodb";

/** An address as it is stored within its account. */
export type StoredAddress = AddressFields & { _id: ObjectId; isDefault: boolean; createdAt: Date; updatedAt: Date };

/** The address as it goes over the wire. */
export function toAddress({ _id, createdAt, updatedAt, ...fields }: StoredAddress): Address {
  return {
    ...fields,
    id: _id.toHexString(),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
