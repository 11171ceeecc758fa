import { AppError } from "@pos/service-kit/app-error";
import type { Clock } from "@pos/service-kit/clock";
import type { MailKind } from "../mail/mailer.ts";
import { addressKey } from "./client-address.ts";
import { digestOf, secondsUntil } from "./domain.ts";
import type { CounterRepository } from "./repository.ts";

/** How many mails may be caused in one window. */
export interface MailLimits {
  /** Of one kind to one recipient. */
  readonly perRecipient: number;
  /** Asked for by one client address. */
  readonly perAddress: number;
  /** To addresses that nobody has verified, by what one client address does. */
  readonly strangersPerAddress: number;
  readonly windowMs: number;
}

export const MAIL_LIMITS: MailLimits = Object.freeze({
  perRecipient: 3,
  perAddress: 20,
  strangersPerAddress: 100,
  windowMs: 15 * 60_000,
});

/** Limits the mails that strangers can cause. */
export class MailThrottle {
  readonly #counters: CounterRepository;
  readonly #clock: Clock;

  constructor(tools: { counters: CounterRepository; clock: Clock }) {
    this.#counters = tools.counters;
    this.#clock = tools.clock;
  }

  /** Counts a request of one client address. @throws {AppError} TOO_MANY_REQUESTS */
  async countAddress(address: string): Promise<void> {
    const { count, retryAfterSeconds } = await this.#count(`mail-address:${digestOf(addressKey(address))}`);
    if (count > MAIL_LIMITS.perAddress)
      throw new AppError("TOO_MANY_REQUESTS", "Too many mails were requested. Wait before the next one.", {
        retryAfterSeconds,
      });
  }

  /** Counts a mail and tells whether it may go. By the recipient's address, which outlives its accounts. */
  async admits(kind: MailKind, recipientKey: string): Promise<boolean> {
    return (await this.#count(`${kind}:${digestOf(recipientKey)}`)).count <= MAIL_LIMITS.perRecipient;
  }

  /** Like `admits`, for an address that may be a stranger's: whoever types addresses in is counted as well. */
  async admitsStranger(kind: MailKind, recipientKey: string, address: string): Promise<boolean> {
    const { count } = await this.#count(`stranger-address:${digestOf(addressKey(address))}`);
    return count <= MAIL_LIMITS.strangersPerAddress && (await this.admits(kind, recipientKey));
  }

  async #count(id: string): Promise<{ count: number; retryAfterSeconds: number }> {
    const now = new Date(this.#clock.now());
    const { count, expiresAt } = await this.#counters.countUp(id, { now, windowMs: MAIL_LIMITS.windowMs });
    return { count, retryAfterSeconds: secondsUntil(expiresAt, now) };
  }
}
