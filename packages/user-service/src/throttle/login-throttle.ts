import { AppError } from "@pos/service-kit/app-error";
import type { Clock } from "@pos/service-kit/clock";
import { createHash } from "node:crypto";
import { addressKey } from "./client-address.ts";
import type { CounterRepository } from "./repository.ts";

/** How many failed tries are let through in one window. */
export interface ThrottleLimits {
  /** By one client address on one account. */
  readonly pairFailures: number;
  /** On one account, from everywhere. */
  readonly accountFailures: number;
  /** By one client address, on all accounts. */
  readonly addressFailures: number;
  readonly windowMs: number;
}

export const LOGIN_LIMITS: ThrottleLimits = Object.freeze({
  pairFailures: 5,
  accountFailures: 50,
  addressFailures: 100,
  windowMs: 15 * 60_000,
});

/** One try to prove who one is. */
export interface Attempt {
  /** Refuses a try that the limits forbid already, before it takes a turn. @throws {AppError} TOO_MANY_REQUESTS */
  refuseWhenLocked(): Promise<void>;
  /**
   * Counts the try as a failure before its verdict is known, so that tries side by side cannot outrun the limit.
   * @throws {AppError} TOO_MANY_REQUESTS
   */
  count(): Promise<void>;
  /** Takes the count back: the try was right. */
  succeed(): Promise<void>;
}

/**
 * Limits failed tries, unknown accounts like known ones. A try that a narrower limit refuses does not count towards a
 * wider one, so that one address alone cannot lock an account for everybody.
 */
export class LoginThrottle {
  readonly #counters: CounterRepository;
  readonly #clock: Clock;
  readonly #limits: ThrottleLimits;

  constructor(parts: { counters: CounterRepository; clock: Clock; limits: ThrottleLimits }) {
    this.#counters = parts.counters;
    this.#clock = parts.clock;
    this.#limits = parts.limits;
  }

  /** @param account unique form of the account's name, whether it exists or not */
  attempt({ account, address }: { account: string; address: string }): Attempt {
    const { pairFailures, accountFailures, addressFailures, windowMs } = this.#limits;
    const from = addressKey(address);
    const pair = { id: `pair:${digest(`${account}\n${from}`)}`, most: pairFailures };
    const wider = [
      { id: `address:${digest(from)}`, most: addressFailures },
      { id: `account:${digest(account)}`, most: accountFailures },
    ];
    const limits = [pair, ...wider];
    return {
      refuseWhenLocked: async () => {
        const now = new Date(this.#clock.now());
        const ids = limits.map(({ id }) => id);
        const counters = await this.#counters.read(ids, now);
        for (const { id, most } of limits) {
          const counter = counters.find(({ _id }) => _id === id);
          if (counter !== undefined && counter.count >= most) throw locked(counter.expiresAt, now);
        }
      },
      count: async () => {
        const now = new Date(this.#clock.now());
        for (const { id, most } of limits) {
          const { count, expiresAt } = await this.#counters.countUp(id, { now, windowMs });
          if (count > most) throw locked(expiresAt, now);
        }
      },
      succeed: async () => {
        await this.#counters.takeBack({ clear: [pair.id], countDown: wider.map(({ id }) => id) });
      },
    };
  }
}

/** Names of accounts and addresses are personal data: the counters hold their digests only. */
const digest = (text: string): string => createHash("sha256").update(text).digest("base64url");

function locked(until: Date, now: Date): AppError {
  const retryAfterSeconds = Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1000));
  return new AppError("TOO_MANY_REQUESTS", "Too many failed tries. Wait before the next one.", { retryAfterSeconds });
}
