import { AppError, changeOutOfTime } from "@pos/service-kit/app-error";
import { type Clock, systemClock } from "@pos/service-kit/clock";
import type { AttemptRepository, CountLimit } from "./attempt-repository.ts";
import { addressKey } from "./client-address.ts";
import type { Counter } from "./documents.ts";
import { digestOf, secondsUntil } from "./domain.ts";

/** How many failed attempts are let through in one window. */
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

/** Counters that refused and are remembered; a forgotten one costs its next attempt a turn. */
const REFUSING_MAX = 10_000;

/** One attempt to prove an identity. */
export interface Attempt {
  /**
   * Refuses the attempt before it takes a turn, if a limit refused an earlier one and still forbids it.
   * @throws {AppError} TOO_MANY_REQUESTS
   */
  refuseWhenLocked(): Promise<void>;
  /**
   * Counts the attempt as a failure before its result is known, so that concurrent attempts cannot outrun the limit. One
   * that counts after the deadline, when nobody checks its password any more, is taken back: a database that hangs would
   * lock out whoever tries again and again.
   * @param deadlineAtMs of real time, in milliseconds since the epoch
   * @throws {AppError} TOO_MANY_REQUESTS; SERVICE_UNAVAILABLE after the deadline
   */
  count(deadlineAtMs: number): Promise<void>;
  /** Takes the count back after a successful attempt. */
  succeed(): Promise<void>;
}

/**
 * Limits failed attempts, on unknown accounts as on known ones. An attempt that a narrower limit refuses does not count
 * towards a wider one, so that one address alone cannot lock an account for everybody.
 */
export class LoginThrottle {
  readonly #counters: AttemptRepository;
  readonly #clock: Clock;
  readonly #limits: ThrottleLimits;
  /** Counters that have refused an attempt, with the end of their windows: looked at before the next attempt. */
  readonly #refusing = new Map<string, number>();

  constructor(tools: { counters: AttemptRepository; clock: Clock; limits: ThrottleLimits }) {
    this.#counters = tools.counters;
    this.#clock = tools.clock;
    this.#limits = tools.limits;
  }

  /** @param account unique form of the account's name, whether it exists or not, or its id */
  attempt({ account, address }: { account: string; address: string }): Attempt {
    const { pairFailures, accountFailures, addressFailures, windowMs } = this.#limits;
    const pair = { id: pairId(account, address), most: pairFailures };
    const wider = [
      { id: `address:${digestOf(addressKey(address))}`, most: addressFailures },
      { id: accountId(account), most: accountFailures },
    ];
    const limits = [pair, ...wider];
    return {
      refuseWhenLocked: () => this.#refuseWhenLocked(limits),
      count: async (deadlineAtMs) => {
        const now = new Date(this.#clock.now());
        const refusing = await this.#counters.countUp(limits, { now, windowMs });
        if (refusing !== undefined) throw this.#locked(refusing, now);
        if (systemClock.now() < deadlineAtMs) return;
        await this.#counters.takeBack({ countDown: limits.map(({ id }) => id) });
        throw changeOutOfTime();
      },
      succeed: () => this.#counters.takeBack({ clear: pair.id, countDown: wider.map(({ id }) => id) }),
    };
  }

  /** Forgets the attempts on an account, from one address and in all: they were for a password that was replaced. */
  async forget({ account, address }: { account: string; address: string }): Promise<void> {
    await this.#counters.end([pairId(account, address), accountId(account)]);
  }

  /**
   * Without an earlier refusal nothing is read: the count itself finds out. After one, the limit may be open again,
   * because an attempt under way was successful: the counters decide.
   */
  async #refuseWhenLocked(limits: readonly CountLimit[]): Promise<void> {
    const now = new Date(this.#clock.now());
    const suspects = limits.filter(({ id }) => (this.#refusing.get(id) ?? 0) > now.getTime());
    if (suspects.length === 0) return;
    const ids = suspects.map(({ id }) => id);
    const counters = await this.#counters.read(ids, { now, windowMs: this.#limits.windowMs });
    for (const { id, most } of suspects) {
      const counter = counters.find(({ _id }) => _id === id);
      if (counter !== undefined && counter.count >= most) throw this.#locked(counter, now);
      this.#refusing.delete(id);
    }
  }

  #locked({ _id, expiresAt }: Counter, now: Date): AppError {
    const [oldest] = this.#refusing.keys();
    if (this.#refusing.size >= REFUSING_MAX && oldest !== undefined) this.#refusing.delete(oldest);
    this.#refusing.set(_id, expiresAt.getTime());
    return new AppError("TOO_MANY_REQUESTS", "Too many failed attempts. Wait before the next one.", {
      retryAfterSeconds: secondsUntil(expiresAt, now),
    });
  }
}

const pairId = (account: string, address: string) => `pair:${digestOf(`${account}\n${addressKey(address)}`)}`;
const accountId = (account: string) => `account:${digestOf(account)}`;
