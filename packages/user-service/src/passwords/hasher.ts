import { AppError } from "@pos/service-kit/app-error";
import { availableParallelism } from "node:os";
import { loadBcrypt } from "./bcrypt.ts";

/** bcrypt's cost in production: about 55 ms a hash. */
export const PASSWORD_COST = 10;
/** Hashes at a time: never more than the cores, and below the throttle's 5 tries in flight. */
const CONCURRENCY = Math.min(availableParallelism(), 4);
/** Hashes that wait; the next one is refused, because nobody would wait for it anyway. */
const WAITING_MAX = 100;

/** What is stored of a password; undefined when there is none to belong to. */
type Hash = string | undefined;

/** Hashes and checks passwords with bcrypt, a bounded number at a time. */
export interface PasswordHasher {
  /** @throws {AppError} SERVICE_UNAVAILABLE when too many wait */
  hash(password: string): Promise<string>;
  /**
   * Whether a password belongs to a hash. Without a hash it takes the same time and answers false.
   * @param hash a function is called when the check's turn has come, right before it; what it throws ends the check
   * @throws {AppError} SERVICE_UNAVAILABLE when too many wait
   */
  verify(password: string, hash: Hash | (() => Promise<Hash>)): Promise<boolean>;
}

/**
 * A hasher over bcrypt, which works on threads of its own. A burst of sign-ins waits in line, so that it takes neither
 * all memory nor all cores.
 * @param cost bcrypt's cost; tests take a lower one over the same path
 */
export function createPasswordHasher({ cost = PASSWORD_COST } = {}): PasswordHasher {
  const bcrypt = loadBcrypt();
  const hashOf = (password: string) => bcrypt.hash(password, cost);
  const inTurn = createTurns(CONCURRENCY, WAITING_MAX);
  // It is ready long before anybody signs in: nothing waits for it but the first to ask.
  const hashOfNobody = hashOf(crypto.randomUUID());
  return {
    hash: (password) => inTurn(() => hashOf(password)),
    verify: (password, given) =>
      inTurn(async () => {
        const hash = typeof given === "function" ? await given() : given;
        const isRight = await bcrypt.verify(password, hash ?? (await hashOfNobody));
        return isRight && hash !== undefined;
      }),
  };
}

/** Lets `concurrency` works run at a time and `waitingMax` wait, first come first served. */
function createTurns(
  concurrency: number,
  waitingMax: number,
): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < concurrency) running++;
    else if (waiting.length >= waitingMax)
      throw new AppError("SERVICE_UNAVAILABLE", "Too many sign-ins at this moment. Try again.", {
        retryAfterSeconds: 2,
      });
    // Who leaves hands the turn over, so `running` does not change.
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
