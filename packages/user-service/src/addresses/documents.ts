import type { ObjectId } from "mongodb";
import type { StoredAddress } from "./domain.ts";

/** An address as it is stored within its account. */
export type AddressDocument = Omit<StoredAddress, "id"> & { _id: ObjectId };
