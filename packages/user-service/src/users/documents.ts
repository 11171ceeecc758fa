import type { ObjectId } from "mongodb";
import type { AddressDocument } from "../addresses/documents.ts";
import type { Account } from "./domain.ts";

/** An account as it is stored. A deleted one keeps `_id`, `createdAt`, `updatedAt` and `deletedAt` only. */
export type UserDocument = Omit<Account, "id"> & {
  _id: ObjectId;
  /** What the search of administrators looks into. */
  searchText: string;
  addresses: AddressDocument[];
  deletedAt?: Date;
};

/** Matches accounts that are not deleted. */
export const live = { deletedAt: { $exists: false } } as const;
