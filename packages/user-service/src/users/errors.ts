/** Raised by a write that would give two accounts one e-mail address. */
export class EmailTakenError extends Error {
  override readonly name = "EmailTakenError";
}

/** Raised by a change that would leave no active administrator. */
export class LastAdminError extends Error {
  override readonly name = "LastAdminError";
}
