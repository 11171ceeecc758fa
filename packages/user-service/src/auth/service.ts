import type { Login, LoginResult } from "@pos/contracts/auth";
import type { ChangePassword } from "@pos/contracts/users";
import { AppError, notFound, unavailable } from "@pos/service-kit/app-error";
import type { Clock } from "@pos/service-kit/clock";
import type { Identity } from "@pos/service-kit/identity";
import { inTime } from "../in-time.ts";
import { refuseFrequent } from "../passwords/frequent.ts";
import type { PasswordHasher } from "../passwords/hasher.ts";
import type { SessionRepository } from "../sessions/repository.ts";
import type { SessionService } from "../sessions/service.ts";
import type { LoginThrottle } from "../throttle/login-throttle.ts";
import type { Transaction } from "../transaction.ts";
import { type Account, emailKeyOf, isRenamed } from "../users/domain.ts";
import type { UserRepository } from "../users/repository.ts";

/** What other features hear of changes to passwords. */
export interface PasswordEvents {
  /** Within the step that changes it; may run more than once. */
  passwordChanging(account: Account, transaction: Transaction): Promise<void>;
  passwordChanged(account: Account): void;
}

/** Proof of identity by password: sign-in and change of the password. */
export class AuthService {
  readonly #tools: AuthTools;

  constructor(tools: AuthTools) {
    this.#tools = tools;
  }

  /**
   * Signs in. An unknown account takes the same path, the same time and the same limits as a wrong password.
   * @param address client's address, for the throttle
   * @param left aborts when the client has disconnected: its password is then not checked, and the attempt not counted
   * @throws {AppError} INVALID_CREDENTIALS, TOO_MANY_REQUESTS, ACCOUNT_SUSPENDED, SERVICE_UNAVAILABLE
   */
  async login({ email, password }: Login, address: string, left?: AbortSignal): Promise<LoginResult> {
    const name = emailKeyOf(email);
    const find = () => this.#tools.users.findByEmail(name);
    const { account, takeBack } = await this.#prove({ find, name, password, address, left });
    if (account.status !== "active") {
      await inTime(takeBack);
      throw new AppError("ACCOUNT_SUSPENDED", "This account is suspended.");
    }
    const [signedIn] = await inTime(() => Promise.all([this.#tools.sessions.open(account), takeBack()]));
    return signedIn;
  }

  /**
   * Changes the password of the one who asks, and ends all of their sessions but this one.
   * @throws {AppError} INVALID_CREDENTIALS for a wrong current password, TOO_MANY_REQUESTS, NOT_FOUND,
   * SERVICE_UNAVAILABLE; VALIDATION_ERROR for a frequent new one
   */
  async changePassword(
    identity: Identity,
    { currentPassword, newPassword }: ChangePassword,
    address: string,
  ): Promise<void> {
    refuseFrequent(newPassword, "newPassword");
    const account = await this.provePassword(identity, currentPassword, address);
    const passwordHash = await this.#tools.hasher.hash(newPassword);
    const { sessionId } = identity;
    const changed = await this.#tools.users.setPassword(
      account.id,
      { passwordHash, updatedAt: new Date(this.#tools.clock.now()) },
      {
        // Of two changes with the same old password one wins.
        onlyIf: { passwordHash: account.passwordHash },
        alongside: async (changing, transaction) => {
          const { id: userId, sessionEpoch: epoch } = changing;
          if (sessionId !== undefined) await this.#tools.sessionStore.keep(sessionId, { userId, epoch }, transaction);
          await this.#tools.events.passwordChanging(changing, transaction);
        },
      },
    );
    if (changed === undefined) throw invalidCredentials();
    this.#tools.events.passwordChanged(changed);
    await inTime(() => this.#tools.sessionStore.endOthers(changed.id, changed.sessionEpoch));
  }

  /**
   * Checks the password of the one who asks, under the limits of sign-in but by the account's id: a token is enough to
   * rename it.
   * @throws {AppError} INVALID_CREDENTIALS, TOO_MANY_REQUESTS, NOT_FOUND, SERVICE_UNAVAILABLE
   */
  async provePassword(identity: Identity, password: string, address: string): Promise<Account> {
    const account = await this.#tools.users.findById(identity.subject);
    if (account === undefined) throw notFound("user", identity.subject);
    const { takeBack } = await this.#prove({ find: async () => account, name: account.id, password, address });
    await inTime(takeBack);
    return account;
  }

  /**
   * Checks a password. When its turn has come, the account is read and the attempt counted at the same time. Attempts on
   * a renamed account count by its id as well, so that the next name does not begin a new count.
   * @returns the account, and what takes the counts of this successful attempt back
   */
  async #prove({
    find,
    name,
    password,
    address,
    left,
  }: Proof): Promise<{ account: Account; takeBack(): Promise<unknown> }> {
    const { throttle, hasher } = this.#tools;
    const attempt = throttle.attempt({ account: name, address });
    const attempts = [attempt];
    await attempt.refuseWhenLocked();
    let account: Account | undefined;
    const isRight = await hasher.verify(password, async () => {
      // Else a burst of clients that give up would keep the cores from those that still wait, for as long as it lasts.
      if (left?.aborted === true) throw unavailable("The client has disconnected.");
      [account] = await inTime((deadlineAtMs) => Promise.all([find(), attempt.count(deadlineAtMs)]));
      if (account !== undefined && account.id !== name && isRenamed(account)) {
        const attemptById = throttle.attempt({ account: account.id, address });
        attempts.push(attemptById);
        await inTime(attemptById.count);
      }
      return account?.passwordHash;
    });
    if (!isRight || account === undefined) throw invalidCredentials();
    return { account, takeBack: () => Promise.all(attempts.map((each) => each.succeed())) };
  }
}

interface Proof {
  find(): Promise<Account | undefined>;
  /** What the attempts count by: the unique form of the account's name, whether it exists or not, or its id. */
  readonly name: string;
  readonly password: string;
  readonly address: string;
  readonly left?: AbortSignal | undefined;
}

interface AuthTools {
  readonly users: UserRepository;
  readonly sessions: SessionService;
  readonly sessionStore: SessionRepository;
  readonly hasher: PasswordHasher;
  readonly throttle: LoginThrottle;
  readonly clock: Clock;
  readonly events: PasswordEvents;
}

const invalidCredentials = (): AppError =>
  new AppError("INVALID_CREDENTIALS", "The e-mail address or the password is wrong.");
