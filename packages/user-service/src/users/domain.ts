import type { User, UserRole, UserStatus } from "@pos/contracts/users";

/** An account, without its addresses. */
export interface Account {
  /** 24 hexadecimal digits, lower case. */
  readonly id: string;
  /** As given. */
  readonly email: string;
  /** The form that is unique. */
  readonly emailKey: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly role: UserRole;
  readonly status: UserStatus;
  /** Where resets of the password go: the address last verified, or the first one. */
  readonly recoveryEmail: string;
  readonly recoveryKey: string;
  /** Key of the address that was verified last. */
  readonly verifiedKey?: string;
  /** Counted up when all sessions end: sessions of another epoch are over. */
  readonly sessionEpoch: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The form of an e-mail address that is unique: without regard to case. Valid addresses are ASCII. */
export const emailKeyOf = (email: string): string => email.toLowerCase();

/** Whether the account has another address than the one verified last, or the first one. A token is enough for that. */
export const isRenamed = ({ emailKey, recoveryKey }: Account): boolean => emailKey !== recoveryKey;

/** Whether the account had the address that resets go to once only, and nobody there has ever said that it is theirs. */
export const isStrangers = (account: Account): boolean =>
  isRenamed(account) && account.verifiedKey !== account.recoveryKey;

/** Folds a text so that a search finds it without regard to case or compatibility forms. */
export const foldForSearch = (text: string): string => text.normalize("NFKC").toLowerCase();

/** The text that a search looks into. */
export const searchTextOf = ({ email, name }: { email: string; name: string }): string =>
  foldForSearch(`${email}\n${name}`);

/** The account as it goes over the wire: a list of its own, so that nothing else can slip out. */
export function toUser(account: Account): User {
  return {
    id: account.id,
    email: account.email,
    name: account.name,
    role: account.role,
    status: account.status,
    emailVerified: account.verifiedKey === account.emailKey,
    createdAt: account.createdAt.toISOString(),
    updatedAt: account.updatedAt.toISOString(),
  };
}
