import type { Address, AddressFields } from "@pos/contracts/addresses";

/** An address of an account's address book. */
export type StoredAddress = AddressFields & { id: string; isDefault: boolean; createdAt: Date; updatedAt: Date };

/** The address as it goes over the wire. */
export function toAddress({ createdAt, updatedAt, ...fields }: StoredAddress): Address {
  return { ...fields, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}
