import { type LoginResult } from "@pos/contracts/auth";
import { ACCESS_TOKEN_SECONDS, REFRESH_TOKEN_SECONDS } from "@pos/contracts/tokens";
import { AppError, changeOutOfTime } from "@pos/service-kit/app-error";
import { type Clock, systemClock } from "@pos/service-kit/clock";
import type { Logger } from "@pos/service-kit/logger";
import { inTime } from "../in-time.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import { hashOfToken, newOpaqueToken } from "../tokens.ts";
import type { Account } from "../users/domain.ts";
import type { UserRepository } from "../users/repository.ts";
import { isOver, type RefreshToken } from "./domain.ts";
import type { SessionRepository } from "./repository.ts";

/** How long a spent refresh token still gives a successor, for an answer that was lost; in milliseconds. */
const REUSE_GRACE_MS = 10_000;

/** Sessions: a pair of tokens at sign-in, the next pair at every refresh, until it ends. */
export class SessionService {
  readonly #tools: SessionTools;

  constructor(tools: SessionTools) {
    this.#tools = tools;
  }

  /** Opens a session for an account that has just proved who it is. */
  async open(account: Account): Promise<LoginResult> {
    const now = new Date(this.#tools.clock.now());
    const { sessions } = this.#tools;
    const [id, userId, epoch] = [sessions.newId(), account.id, account.sessionEpoch];
    const [issued] = await Promise.all([
      this.#issue(account, id, now),
      sessions.open({ id, userId, epoch, createdAt: now, expiresAt: expiry(now) }),
    ]);
    return issued;
  }

  /**
   * Exchanges a refresh token for a new pair. The token rotated last may come once more within 10 s, when its answer
   * was lost, and at any time when it has no successor; any other second use ends the session, because somebody else
   * holds the token (RFC 9700 section 4.14.2). After 4 s nobody waits for the pair, so that none is made or left: the
   * token would have a successor that its owner does not have.
   * @throws {AppError} UNAUTHORIZED, SERVICE_UNAVAILABLE
   */
  refresh(token: string): Promise<LoginResult> {
    return inTime((deadlineAtMs) => this.#refresh(token, deadlineAtMs));
  }

  async #refresh(token: string, deadlineAtMs: number): Promise<LoginResult> {
    const { sessions, users } = this.#tools;
    const now = new Date(this.#tools.clock.now());
    const hash = hashOfToken(token);
    const spent = (await sessions.rotateToken(hash, now)) ?? (await this.#spentJustNow(hash, now));
    // In this order: a change of the password may carry the session over in between, which puts it ahead.
    const account = await users.findById(spent.userId);
    const session = await sessions.extend(spent.sessionId, expiry(now));
    if (account?.status !== "active" || isOver(session, account)) throw invalidRefreshToken();
    if (systemClock.now() >= deadlineAtMs) throw changeOutOfTime();
    const issued = await this.#issue(account, spent.sessionId, now);
    if (systemClock.now() < deadlineAtMs) return issued;
    await sessions.removeToken(hashOfToken(issued.refreshToken));
    throw changeOutOfTime();
  }

  /**
   * Ends the session of a refresh token, whether the token is spent or not; unknown ones are left alone.
   * @throws {AppError} SERVICE_UNAVAILABLE
   */
  end(token: string): Promise<void> {
    const { sessions, clock } = this.#tools;
    return inTime(async () => {
      const known = await sessions.findToken(hashOfToken(token), new Date(clock.now()));
      if (known !== undefined) await sessions.end(known.sessionId);
    });
  }

  async #spentJustNow(hash: string, now: Date): Promise<RefreshToken> {
    const { sessions, logger } = this.#tools;
    const token = await sessions.findToken(hash, now);
    if (token?.rotatedAt === undefined) throw invalidRefreshToken();
    // A time in the future comes from a clock that was ahead, and does not mean that it was just now.
    const isRecent = Math.abs(now.getTime() - token.rotatedAt.getTime()) <= REUSE_GRACE_MS;
    if (isRecent && !(await sessions.isRotatedAfter(token.sessionId, token.rotatedAt))) return token;
    // A service that died in the middle of a refresh, or lost its database, has spent the token for nothing.
    if (!(await sessions.hasSuccessor(token, token.rotatedAt))) return token;
    await sessions.end(token.sessionId);
    logger.warn({ userId: token.userId }, "a spent refresh token came again: the session has ended");
    throw invalidRefreshToken();
  }

  async #issue(account: Account, sessionId: string, now: Date): Promise<Required<LoginResult>> {
    const refreshToken = newOpaqueToken();
    const [token] = await Promise.all([
      this.#tools.keys.sign({ sub: account.id, role: account.role, sid: sessionId }, ACCESS_TOKEN_SECONDS),
      this.#tools.sessions.addToken({
        hash: hashOfToken(refreshToken),
        sessionId,
        userId: account.id,
        createdAt: now,
        expiresAt: expiry(now),
      }),
    ]);
    return { token, userId: account.id, tokenType: "Bearer", expiresIn: ACCESS_TOKEN_SECONDS, refreshToken };
  }
}

interface SessionTools {
  readonly sessions: SessionRepository;
  readonly users: UserRepository;
  readonly keys: KeyRing;
  readonly clock: Clock;
  readonly logger: Logger;
}

const expiry = (now: Date): Date => new Date(now.getTime() + REFRESH_TOKEN_SECONDS * 1000);

const invalidRefreshToken = (): AppError =>
  new AppError("UNAUTHORIZED", "The refresh token is not valid or was used already. Sign in again.");
