/** What a mailed token may do. */
export type Purpose = "password-reset" | "email-verification";

/** A token that went out by mail. Only its hash is kept, and its use removes it. */
export interface MailedToken {
  /** SHA-256 of the token, in hex. */
  readonly hash: string;
  readonly purpose: Purpose;
  readonly userId: string;
  /** The address it was sent to, in its unique form; for a verification, the one it verifies. */
  readonly emailKey: string;
  readonly expiresAt: Date;
}

/** Life of a token that resets a password, in minutes. */
export const RESET_LIFE_MINUTES = 30;
/** Life of a token that verifies an address, in hours. */
export const VERIFICATION_LIFE_HOURS = 24;
