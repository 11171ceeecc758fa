import type { User, UserRole, UserStatus } from "@pos/contracts/users";
import type { ObjectId } from "mongodb";
import type { StoredAddress } from "../addresses/domain.ts";

/** An account as it is stored. A deleted one keeps its id and times only. */
export interface UserDocument {
  _id: ObjectId;
  /** As given. */
  email: string;
  /** The form that is unique. */
  emailKey: string;
  name: string;
  /** What the search of administrators looks into. */
  searchText: string;
  passwordHash: string;
  role: UserRole;
  status: UserStatus;
  /** Where resets of the password go: the address last verified, or the first one. */
  recoveryEmail: string;
  recoveryKey: string;
  /** Key of the address that was verified last. */
  verifiedKey?: string;
  /** Counted up when all sessions end: sessions of another epoch are over. */
  sessionEpoch: number;
  addresses: StoredAddress[];
  createdAt: Date;
  updatedAt: Date;
  deletedAt?: Date;
}

/** An account without its addresses, as every reader but the address book gets it. */
export type Account = Omit<UserDocument, "addresses">;

/** The form of an e-mail address that is unique: without regard to case. Valid addresses are ASCII. */
export const emailKeyOf = (email: string): string => email.toLowerCase();

/** Folds a text so that a search finds it without regard to case or compatibility forms. */
export const foldForSearch = (text: string): string => text.normalize("NFKC").toLowerCase();

/** The text that a search looks into. */
export const searchTextOf = ({ email, name }: { email: string; name: string }): string =>
  foldForSearch(`${email}\n${name}`);

/** The account as it goes over the wire: a list of its own, so that nothing else can slip out. */
export function toUser(account: Account): User {
  return {
    id: account._id.toHexString(),
    email: account.email,
    name: account.name,
    role: account.role,
    status: account.status,
    emailVerified: account.verifiedKey === account.emailKey,
    createdAt: account.createdAt.toISOString(),
    updatedAt: account.updatedAt.toISOString(),
  };
}
