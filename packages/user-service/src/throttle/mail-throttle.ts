import { AppError } from "@pos/service-kit/app-error";
import type { Clock } from "@pos/service-kit/clock";
import { createHash } from "node:crypto";
import { addressKey } from "./client-address.ts";
import type { CounterRepository } from "./repository.ts";

/** How many mails may be caused in one window. */
export interface MailLimits {
  /** To one account. */
  readonly perAccount: number;
  /** By one client address. */
  readonly perAddress: number;
  readonly windowMs: number;
}

export const MAIL_LIMITS: MailLimits = Object.freeze({ perAccount: 3, perAddress: 20, windowMs: 15 * 60_000 });

/** Limits the mails that strangers can cause. */
export class MailThrottle {
  readonly #counters: CounterRepository;
  readonly #clock: Clock;

  constructor(parts: { counters: CounterRepository; clock: Clock }) {
    this.#counters = parts.counters;
    this.#clock = parts.clock;
  }

  /** Counts a request of one client address. @throws {AppError} TOO_MANY_REQUESTS */
  async countAddress(address: string): Promise<void> {
    const digest = createHash("sha256").update(addressKey(address)).digest("base64url");
    const { count, retryAfterSeconds } = await this.#count(`mail-address:${digest}`);
    if (count > MAIL_LIMITS.perAddress)
      throw new AppError("TOO_MANY_REQUESTS", "Too many requests for mails. Wait before the next one.", {
        retryAfterSeconds,
      });
  }

  /** Counts a mail to one account and tells whether it may go. */
  async admitsAccount(userId: string): Promise<boolean> {
    return (await this.#count(`mail-account:${userId}`)).count <= MAIL_LIMITS.perAccount;
  }

  async #count(id: string): Promise<{ count: number; retryAfterSeconds: number }> {
    const now = new Date(this.#clock.now());
    const { count, expiresAt } = await this.#counters.countUp(id, { now, windowMs: MAIL_LIMITS.windowMs });
    return { count, retryAfterSeconds: Math.max(1, Math.ceil((expiresAt.getTime() - now.getTime()) / 1000)) };
  }
}
