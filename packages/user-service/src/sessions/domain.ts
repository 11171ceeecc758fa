/** A sign-in: the family of refresh tokens that follow each other. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  /** The account's epoch at sign-in; when the account's has moved on, the session is over. */
  readonly epoch: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Whether a session, as it is stored, is over for its account; undefined when it was removed already. */
export const isOver = (session: Pick<Session, "epoch"> | undefined, account: { readonly sessionEpoch: number }) =>
  session === undefined || session.epoch < account.sessionEpoch;

/** One refresh token. It stays after its use until it expires, so that a second use is noticed. */
export interface RefreshToken {
  /** SHA-256 of the token, in hex. */
  readonly hash: string;
  readonly sessionId: string;
  readonly userId: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly rotatedAt?: Date;
}
