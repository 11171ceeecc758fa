/** What a mail is about; the log names it. */
export type MailKind = "password-reset" | "password-changed" | "email-verification" | "email-changed";

/** A mail of plain text. It never holds what a stranger typed, save valid e-mail addresses of the recipient's account. */
export interface Mail {
  readonly kind: MailKind;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** The way out for mails. */
export interface Mailer {
  /** @throws when the mail was not accepted but may be later: the caller tries again */
  send(mail: Mail): Promise<void>;
  close(): void;
}
