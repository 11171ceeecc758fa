import { unavailable } from "@pos/service-kit/app-error";
import { type Clock, systemClock } from "@pos/service-kit/clock";
import { untilDeadline } from "@pos/service-kit/until-deadline";
import { availableParallelism } from "node:os";
import { loadBcrypt } from "./bcrypt.ts";

/** bcrypt's cost in production: about 55 ms a hash. */
const PASSWORD_COST = 10;
/** Hashes at a time: never more than the cores. */
const HASHES_MAX = Math.min(availableParallelism(), 4);
/** Checks under way: the next one looks for its hash while the cores are busy. Below the throttle's 5 tries in flight. */
const UNDER_WAY_MAX = Math.min(HASHES_MAX + 1, 4);
/** Checks that wait, and new hashes; the next one is refused, because nobody would wait for it anyway. */
const WAITING_MAX = 100;
/** Longest wait in line, in milliseconds: two cores are through with 100 in less than half of it. */
const WAIT_MAX_MS = 8000;

/** What is stored of a password; undefined when there is none to belong to. */
type Hash = string | undefined;

/** Hashes and checks passwords with bcrypt, a bounded number at a time. */
export interface PasswordHasher {
  /** @throws {AppError} SERVICE_UNAVAILABLE when too many wait, or its turn has not come after 8 s */
  hash(password: string): Promise<string>;
  /**
   * Whether a password belongs to a hash. Without a hash it takes the same time and answers false.
   * @param hash a function is called when the check is the next in line; what it throws ends the check
   * @throws {AppError} SERVICE_UNAVAILABLE when too many wait, or its turn has not come after 8 s
   */
  verify(password: string, hash: Hash | (() => Promise<Hash>)): Promise<boolean>;
}

/**
 * A hasher over bcrypt, which works on threads of its own. A burst of sign-ins waits in line, so that it takes neither
 * all memory nor all cores. Who has waited for 8 s leaves the line: the client has most likely given up.
 * @param options.cost bcrypt's cost; tests take a lower one over the same path
 * @param options.clock of the waits
 */
export function createPasswordHasher({
  cost = PASSWORD_COST,
  bcrypt = loadBcrypt(),
  clock = systemClock,
} = {}): PasswordHasher {
  const hashOf = (password: string) => bcrypt.hash(password, cost);
  // Anybody may register as often as they like, so new passwords wait in a line of their own.
  const inLineToCheck = createTurns(UNDER_WAY_MAX, { max: WAITING_MAX, clock });
  const inLineToHash = createTurns(UNDER_WAY_MAX, { max: WAITING_MAX, clock });
  // Few come this far, and an attempt has counted by then: each goes on to its verdict.
  const onCore = createTurns(HASHES_MAX, { max: 2 * UNDER_WAY_MAX });
  // It is ready long before anybody signs in: nothing waits for it but the first to ask.
  const hashOfNobody = hashOf(crypto.randomUUID());
  return {
    hash: (password) => inLineToHash(() => onCore(() => hashOf(password))),
    verify: (password, given) =>
      inLineToCheck(async () => {
        const hash = typeof given === "function" ? await given() : given;
        const isRight = await onCore(async () => bcrypt.verify(password, hash ?? (await hashOfNobody)));
        return isRight && hash !== undefined;
      }),
  };
}

/**
 * Lets `concurrency` works run at a time and `max` wait, first come first served.
 * @param line.clock ends each wait after 8 s; without it there is no such end
 */
function createTurns(
  concurrency: number,
  line: { max: number; clock?: Clock },
): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting = new Set<() => void>();
  let running = 0;
  return async (work) => {
    if (running < concurrency) running++;
    // Who leaves hands the turn over, so `running` does not change.
    else await turnIn(waiting, line);
    try {
      return await work();
    } finally {
      const [next] = waiting;
      if (next === undefined) running--;
      else {
        waiting.delete(next);
        next();
      }
    }
  };
}

function turnIn(waiting: Set<() => void>, { max, clock }: { max: number; clock?: Clock }): Promise<void> {
  if (waiting.size >= max) return Promise.reject(tooManyWait());
  const { promise: turn, resolve: begin } = Promise.withResolvers<void>();
  waiting.add(begin);
  if (clock === undefined) return turn;
  // A turn that came at the last moment counts: nobody else would take it.
  const late = () => (waiting.delete(begin) ? Promise.reject(tooManyWait()) : turn);
  return untilDeadline(turn, { deadlineAtMs: clock.now() + WAIT_MAX_MS, clock, late });
}

const tooManyWait = () => unavailable("Too many passwords are waiting to be hashed. Try again.", undefined, 2);
