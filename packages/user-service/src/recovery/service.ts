import type { ConfirmPasswordReset } from "@pos/contracts/auth";
import { AppError, notFound } from "@pos/service-kit/app-error";
import type { Clock } from "@pos/service-kit/clock";
import { inTime } from "../in-time.ts";
import type { PasswordEvents } from "../auth/service.ts";
import type { Mail } from "../mail/mailer.ts";
import type { PostOffice } from "../mail/post-office.ts";
import { refuseFrequent } from "../passwords/frequent.ts";
import type { PasswordHasher } from "../passwords/hasher.ts";
import type { SessionRepository } from "../sessions/repository.ts";
import type { LoginThrottle } from "../throttle/login-throttle.ts";
import type { MailThrottle } from "../throttle/mail-throttle.ts";
import { hashOfToken, newOpaqueToken } from "../tokens.ts";
import type { Transaction } from "../transaction.ts";
import { type Account, emailKeyOf, isRenamed, isStrangers } from "../users/domain.ts";
import { EmailTakenError } from "../users/errors.ts";
import type { UserRepository } from "../users/repository.ts";
import type { AccountEvents } from "../users/service.ts";
import { type Purpose, RESET_LIFE_MINUTES, VERIFICATION_LIFE_HOURS } from "./domain.ts";
import { emailChangedMail, emailVerificationMail, passwordChangedMail, passwordResetMail } from "./messages.ts";
import type { MailedTokenRepository } from "./repository.ts";

const MINUTE_MS = 60_000;

/** Ways back into an account, and proof of an e-mail address, by tokens that go out by mail. */
export class RecoveryService implements AccountEvents, PasswordEvents {
  readonly #tools: RecoveryTools;

  constructor(tools: RecoveryTools) {
    this.#tools = tools;
  }

  /**
   * Sends a token to the recovery address of the accounts that an address belongs to. What there is to send is found
   * out after the answer, so that neither the answer nor its time tells whether there is an account.
   * @throws {AppError} TOO_MANY_REQUESTS by client address, SERVICE_UNAVAILABLE
   */
  async requestPasswordReset(email: string, address: string): Promise<void> {
    const { throttle, post, users } = this.#tools;
    await inTime(() => throttle.countAddress(address));
    post.post(async () => {
      const accounts = await users.findByAnyEmail(emailKeyOf(email));
      const mails: Mail[] = [];
      for (const account of accounts) {
        if (account.status !== "active" || !(await throttle.admits("password-reset", recipientOf(account)))) continue;
        const token = await this.#newToken(account.id, "password-reset", account.recoveryKey);
        mails.push(passwordResetMail(account, { token, lifeMinutes: RESET_LIFE_MINUTES }));
      }
      return mails;
    });
  }

  /**
   * Sets a new password, ends every session and every other reset. An account whose address is not verified gets the
   * address back that the reset went to, and who has tried too often from here can sign in with the new password.
   * @param address client's address, whose tries on this account are forgotten
   * @throws {AppError} INVALID_TOKEN when the token is unknown, used or expired, or went to an address that resets do
   * not go to any more; VALIDATION_ERROR for a frequent password
   */
  async confirmPasswordReset({ token, newPassword }: ConfirmPasswordReset, address: string): Promise<void> {
    refuseFrequent(newPassword, "newPassword");
    const { tokens, hasher, users, sessions, logins } = this.#tools;
    const use = () => ({ hash: hashOfToken(token), purpose: "password-reset" as const, now: this.#now() });
    // Looked at first, so that a made-up token does not cost a password hash.
    const found = await tokens.find(use());
    if (found === undefined) throw invalidToken();
    const passwordHash = await hasher.hash(newPassword);
    const change = { passwordHash, updatedAt: this.#now() };
    const set = (givesBack: boolean) =>
      users.setPassword(found.userId, change, {
        onlyIf: { recoveryKey: found.emailKey },
        // Who reads the mails of the address that resets go to is not kept out by a name that a stolen token gave.
        givesBack,
        // In the same step: a token that did not set the password is not used up.
        alongside: async (account, transaction) => {
          if ((await tokens.take(use(), transaction)) === undefined) throw invalidToken();
          await this.passwordChanging(account, transaction);
        },
      });
    const account = await set(true).catch((error: unknown) => {
      if (error instanceof EmailTakenError) return set(false);
      throw error;
    });
    if (account === undefined) throw invalidToken();
    this.passwordChanged(account);
    await inTime(() =>
      Promise.all([
        sessions.endOthers(account.id, account.sessionEpoch),
        // A renamed account's tries count by its id as well.
        ...[account.emailKey, account.id].map((name) => logins.forget({ account: name, address })),
      ]),
    );
  }

  /**
   * Ends what the old password could get, in the step that changes it: resets that are out, and tokens that would make
   * another address the one that resets go to.
   */
  async passwordChanging({ id, recoveryKey }: Account, transaction: Transaction): Promise<void> {
    const { tokens } = this.#tools;
    await tokens.removeAll(id, "password-reset", { transaction });
    await tokens.removeAll(id, "email-verification", { spared: recoveryKey, transaction });
  }

  /** Tells the owner. */
  passwordChanged(account: Account): void {
    const { throttle, post } = this.#tools;
    post.postOptional(async () =>
      (await throttle.admits("password-changed", recipientOf(account)))
        ? [passwordChangedMail(account.recoveryEmail, account.email)]
        : [],
    );
  }

  /**
   * Sends a token that verifies the account's address. The caller, its owner or an administrator, has proved their own
   * password: with a stolen access token alone nobody can make an address of theirs the one that resets go to.
   * @param address client's address, which limits the mails that it causes
   * @throws {AppError} NOT_FOUND; CONFLICT when it is verified already; TOO_MANY_REQUESTS, SERVICE_UNAVAILABLE
   */
  async requestEmailVerification(id: string, address: string): Promise<void> {
    const { users, throttle, post } = this.#tools;
    const account = await users.findById(id);
    if (account === undefined) throw notFound("user", id);
    if (account.verifiedKey === account.emailKey)
      throw new AppError("CONFLICT", "The e-mail address is already verified.");
    const { emailKey } = account;
    if (!(await inTime(() => throttle.admitsStranger("email-verification", emailKey, address))))
      throw new AppError("TOO_MANY_REQUESTS", "Too many mails were sent. Wait before the next one.", {
        retryAfterSeconds: 15 * 60,
      });
    post.post(() => this.#verification(account));
  }

  /** Verifies an address; resets of the password go to it from now on. @throws {AppError} INVALID_TOKEN */
  async verifyEmail(token: string): Promise<void> {
    const now = this.#now();
    const use = { hash: hashOfToken(token), purpose: "email-verification" as const, now };
    const { tokens, users } = this.#tools;
    if (!(await users.verifyEmail((transaction) => tokens.take(use, transaction), now))) throw invalidToken();
  }

  registered(account: Account, address: string): void {
    const { throttle, post } = this.#tools;
    post.postOptional(async () =>
      (await throttle.admitsStranger("email-verification", account.emailKey, address))
        ? this.#verification(account)
        : [],
    );
  }

  /** The address that resets go to is told whatever its account's thief has done before. */
  emailChanged(before: Account, address: string): void {
    const { throttle, post } = this.#tools;
    const { email, emailKey, recoveryEmail, recoveryKey } = before;
    post.postOptional(async () => {
      const mails: Mail[] = [];
      // One account may take and leave an address in turn, so all that have it unverified count together.
      const recipient = before.verifiedKey === recoveryKey ? recoveryKey : leftBy(recoveryKey);
      if (await throttle.admits("email-changed", recipient))
        mails.push(emailChangedMail(recoveryEmail, { getsResets: true }));
      if (isRenamed(before) && (await throttle.admitsStranger("email-changed", emailKey, address)))
        mails.push(emailChangedMail(email, { getsResets: false }));
      return mails;
    });
  }

  /** Mailed tokens name the address, so they go with the account. */
  async deleted({ id }: Account): Promise<void> {
    await Promise.all([
      this.#tools.tokens.removeAll(id, "password-reset"),
      this.#tools.tokens.removeAll(id, "email-verification"),
    ]);
  }

  /**
   * Its turn may come late: an account that was deleted meanwhile, or has another address, gets none; nor does an address
   * that resets do not go to, when the password that asked for it is none any more.
   */
  async #verification({ id, email, emailKey, passwordHash }: Account): Promise<readonly Mail[]> {
    const account = await this.#tools.users.findById(id);
    if (account?.emailKey !== emailKey) return [];
    if (isRenamed(account) && account.passwordHash !== passwordHash) return [];
    const token = await this.#newToken(id, "email-verification", emailKey);
    return [emailVerificationMail(email, token, VERIFICATION_LIFE_HOURS)];
  }

  async #newToken(userId: string, purpose: Purpose, emailKey: string): Promise<string> {
    const token = newOpaqueToken();
    const lifeMinutes = purpose === "password-reset" ? RESET_LIFE_MINUTES : VERIFICATION_LIFE_HOURS * 60;
    const expiresAt = new Date(this.#tools.clock.now() + lifeMinutes * MINUTE_MS);
    await this.#tools.tokens.add({ hash: hashOfToken(token), purpose, userId, emailKey, expiresAt });
    return token;
  }

  #now(): Date {
    return new Date(this.#tools.clock.now());
  }
}

interface RecoveryTools {
  readonly users: UserRepository;
  readonly sessions: SessionRepository;
  readonly tokens: MailedTokenRepository;
  readonly hasher: PasswordHasher;
  readonly throttle: MailThrottle;
  readonly logins: LoginThrottle;
  readonly post: PostOffice;
  readonly clock: Clock;
}

/**
 * Whose mails to the address that resets go to are counted: who registered a stranger's address and left it must not use
 * up those of its owner.
 */
const recipientOf = (account: Account): string =>
  isStrangers(account) ? leftBy(account.recoveryKey) : account.recoveryKey;

/** Counts apart from the address itself, which holds no blank. */
const leftBy = (emailKey: string): string => `not ${emailKey}`;

const invalidToken = (): AppError =>
  new AppError("INVALID_TOKEN", "The token is not valid: it is unknown, was used, or has expired. Request a new one.");
