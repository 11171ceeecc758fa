import type { Mail } from "../mail/mailer.ts";
import type { Account } from "../users/domain.ts";

/** Texts of the mails about accounts. Names are left out on purpose: a stranger may have typed them. */

export const passwordResetMail = (
  { email, recoveryEmail: to }: Account,
  { token, lifeMinutes }: { token: string; lifeMinutes: number },
): Mail => ({
  kind: "password-reset",
  to,
  subject: "Reset your password",
  text: `Somebody asked to reset the password of the account of ${email}. If it was you, this token sets
a new one:

  ${token}

It works once, within ${lifeMinutes} minutes: POST /auth/password-reset/confirm takes it with the new password.

If it was not you, do nothing. Without the token nothing changes.`,
});

export const emailVerificationMail = (to: string, token: string, lifeHours: number): Mail => ({
  kind: "email-verification",
  to,
  subject: "Verify your e-mail address",
  text: `This address was given for an account. If the account is yours, this token verifies the address:

  ${token}

It works once, within ${lifeHours} hours: POST /auth/verify-email takes it.

If you know of no account, do nothing.`,
});

export const emailChangedMail = (to: string, { getsResets }: { getsResets: boolean }): Mail => ({
  kind: "email-changed",
  to,
  subject: "The e-mail address of your account was changed",
  text: `The e-mail address of your account was changed to another one.

If it was you, there is nothing to do. If it was not, ${
    getsResets
      ? "reset your password now: until the new address is verified, resets come to this one, and give it back to the account."
      : "ask an administrator for help."
  }`,
});

export const passwordChangedMail = (to: string, email: string): Mail => ({
  kind: "password-changed",
  to,
  subject: "Your password was changed",
  text: `The password of your account was changed, and all other sessions have ended. Sign in as ${email}.

If it was you, there is nothing to do. If it was not, reset your password now.`,
});
