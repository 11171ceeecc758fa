import { type Static, Type } from "@sinclair/typebox";
import { ClosedObject, Id, Text, Timestamp } from "./primitives.ts";

/** Most addresses of one user. */
export const ADDRESSES_MAX = 50;

const fields = {
  recipient: Text({ minLength: 1, maxLength: 200, examples: ["Ada Lovelace"] }),
  line1: Text({ minLength: 1, maxLength: 200, examples: ["12 St James's Square"] }),
  line2: Type.Optional(Text({ minLength: 1, maxLength: 200 })),
  city: Text({ minLength: 1, maxLength: 100, examples: ["London"] }),
  region: Type.Optional(Text({ minLength: 1, maxLength: 100, description: "State, province or county" })),
  postalCode: Type.Optional(Text({ minLength: 1, maxLength: 20, examples: ["SW1Y 4JH"] })),
  country: Type.String({ pattern: "^[A-Z]{2}$", description: "ISO 3166-1 alpha-2 code", examples: ["GB"] }),
  phone: Type.Optional(Text({ minLength: 1, maxLength: 40 })),
};

/** What a person writes on a parcel. */
export const AddressFields = ClosedObject(fields);
export type AddressFields = Static<typeof AddressFields>;

const isDefault = Type.Boolean({
  description: "The default address; a user has at most one",
  examples: [true],
});

/** A new address, and the whole of one that is replaced. The first address of a user is the default one. */
export const WriteAddress = ClosedObject({ ...fields, isDefault: Type.Optional(isDefault) }, { title: "WriteAddress" });
export type WriteAddress = Static<typeof WriteAddress>;

/** An address as answered. */
export const Address = ClosedObject(
  { id: Id, ...fields, isDefault, createdAt: Timestamp, updatedAt: Timestamp },
  { title: "Address", description: "Address" },
);
export type Address = Static<typeof Address>;

/** Path of /users/:id/addresses/:addressId. */
export const AddressParams = ClosedObject({ id: Id, addressId: Id });

/** All addresses of a user, at most 50, oldest first. */
export const AddressList = ClosedObject(
  { addresses: Type.Array(Address) },
  { title: "AddressList", description: "Addresses of a user" },
);
export type AddressList = Static<typeof AddressList>;
