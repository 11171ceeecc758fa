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
  text: `Somebody requested a password reset for the account of ${email}. If it was you, use this token to set
a new password:

  ${token}

It works once, within ${lifeMinutes} minutes: send it with the new password to POST /auth/password-reset/confirm.

If it was not you, ignore this mail. Nothing changes without the token.`,
});

export const emailVerificationMail = (to: string, token: string, lifeHours: number): Mail => ({
  kind: "email-verification",
  to,
  subject: "Verify your e-mail address",
  text: `Somebody gave this e-mail address for an account. If the account is yours, use this token to verify the address:

  ${token}

It works once, within ${lifeHours} hours: send it to POST /auth/verify-email.

If the account is not yours, ignore this mail.`,
});

export const emailChangedMail = (to: string, { getsResets }: { getsResets: boolean }): Mail => ({
  kind: "email-changed",
  to,
  subject: "The e-mail address of your account was changed",
  text: `The e-mail address of your account was changed to another one.

If it was you, there is nothing to do. If it was not, ${
    getsResets
      ? "reset your password now: until the new address is verified, reset mails come to this address, and a reset restores it as the address of the account."
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
