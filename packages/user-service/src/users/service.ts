import type {
  CreateUser,
  UpdateUser,
  User,
  UserList,
  UserListQuery,
  UserLookupResult,
  UserRole,
  UserStatus,
} from "@pos/contracts/users";
import { AppError, notFound } from "@pos/service-kit/app-error";
import type { Clock } from "@pos/service-kit/clock";
import type { Identity } from "@pos/service-kit/identity";
import { cutPage, readPage } from "@pos/service-kit/pagination";
import { inTime } from "../in-time.ts";
import { refuseFrequent } from "../passwords/frequent.ts";
import type { PasswordHasher } from "../passwords/hasher.ts";
import { isOver } from "../sessions/domain.ts";
import type { SessionRepository } from "../sessions/repository.ts";
import type { Transaction } from "../transaction.ts";
import { type Account, emailKeyOf, foldForSearch, toUser } from "./domain.ts";
import { EmailTakenError, LastAdminError } from "./errors.ts";
import type { UserRepository } from "./repository.ts";
import type { StandingChange, StandingRepository } from "./standing-repository.ts";

/** What other features hear of changes to accounts, such as those that send mails. */
export interface AccountEvents {
  /** @param address client's address */
  registered(account: Account, address: string): void;
  /** @param address client's address */
  emailChanged(before: Account, address: string): void;
  deleted(account: Account): Promise<void>;
}

/** Accounts: who exists, under which address and name, in which role. */
export class UserService {
  readonly #tools: UserTools;

  constructor(tools: UserTools) {
    this.#tools = tools;
  }

  /**
   * Registers a customer.
   * @param address client's address, which limits the mails that it causes
   * @throws {AppError} EMAIL_TAKEN, SERVICE_UNAVAILABLE; VALIDATION_ERROR for a frequent password
   */
  async create(user: CreateUser, address: string): Promise<User> {
    refuseFrequent(user.password, "password");
    const account = await this.createAs("customer", user);
    this.#tools.events.registered(account, address);
    return toUser(account);
  }

  /**
   * Makes an account in any role. The password is hashed first, so that a taken address is refused after the same time
   * as a free one is taken.
   * @throws {AppError} EMAIL_TAKEN, SERVICE_UNAVAILABLE
   */
  async createAs(role: UserRole, { email, password, name }: CreateUser): Promise<Account> {
    const { hasher, users, clock } = this.#tools;
    const passwordHash = await hasher.hash(password);
    const now = new Date(clock.now());
    const emailKey = emailKeyOf(email);
    const account = {
      email,
      emailKey,
      name,
      passwordHash,
      role,
      status: "active",
      recoveryEmail: email,
      recoveryKey: emailKey,
      sessionEpoch: 0,
      createdAt: now,
      updatedAt: now,
    } as const;
    return inTime(() => users.insert(account)).catch(emailTaken);
  }

  /** @throws {AppError} NOT_FOUND */
  async get(id: string): Promise<User> {
    return toUser(await this.#find(id));
  }

  async list(query: UserListQuery): Promise<UserList> {
    const page = readPage(query);
    const search = query.search === undefined ? undefined : foldForSearch(query.search);
    const found = await this.#tools.users.list(page, search);
    const { items, nextCursor } = cutPage(found, page.limit, ({ createdAt, id }) => ({
      createdAtMs: createdAt.getTime(),
      id,
    }));
    return { users: items.map(toUser), ...(nextCursor === undefined ? {} : { nextCursor }) };
  }

  async lookUp(ids: readonly string[]): Promise<UserLookupResult> {
    const distinct = [...new Set(ids.map((id) => id.toLowerCase()))];
    return { users: await this.#tools.users.lookUp(distinct) };
  }

  /**
   * Changes the address or the name. A new address is unverified, and resets of the password keep going to the old one.
   * A token whose session has ended, by a reset for one, cannot change the address any more.
   * @param by with the client's address, which limits the mails that it causes
   * @throws {AppError} NOT_FOUND, EMAIL_TAKEN, UNAUTHORIZED
   */
  async update(by: Identity & { address: string }, id: string, { email, name }: UpdateUser): Promise<User> {
    const updatedAt = new Date(this.#tools.clock.now());
    const admit = await this.#admissionOver(id, by);
    const renamed = await this.#tools.users
      .rename(id, { email, name, updatedAt }, email === undefined ? undefined : admit)
      .catch(emailTaken);
    if (renamed === undefined) throw notFound("user", id);
    const { before, after } = renamed;
    if (after.emailKey !== before.emailKey) this.#tools.events.emailChanged(before, by.address);
    return toUser(after);
  }

  /** @throws {AppError} NOT_FOUND, LAST_ADMIN */
  async changeRole(by: Identity, id: string, role: UserRole): Promise<User> {
    await this.refuseFormerAdmin(by);
    const account = await this.#changeStanding(by, id, { role, updatedAt: new Date(this.#tools.clock.now()) });
    if (account === undefined) throw notFound("user", id);
    return toUser(account);
  }

  /**
   * Suspends or reactivates. Suspending ends all sessions; access tokens that are out go on for at most 15 minutes.
   * @throws {AppError} NOT_FOUND, LAST_ADMIN
   */
  async changeStatus(by: Identity, id: string, status: UserStatus): Promise<User> {
    await this.refuseFormerAdmin(by);
    const change = { status, updatedAt: new Date(this.#tools.clock.now()), endsSessions: status === "suspended" };
    const account = await this.#changeStanding(by, id, change);
    if (account === undefined) throw notFound("user", id);
    const { sessions } = this.#tools;
    if (status === "suspended") await inTime(() => sessions.endOthers(account.id, account.sessionEpoch));
    return toUser(account);
  }

  /**
   * Erases an account's data and ends its sessions. The id stays, because orders name it.
   * @throws {AppError} NOT_FOUND, LAST_ADMIN, UNAUTHORIZED
   */
  async delete(by: Identity, id: string): Promise<void> {
    const deletedAt = new Date(this.#tools.clock.now());
    const admit = await this.#admissionOver(id, by);
    const account = await this.#tools.standings.change(id, { deletedAt }, admit).catch(lastAdmin);
    if (account === undefined) throw notFound("user", id);
    const { sessions, events } = this.#tools;
    await inTime(async () => {
      await sessions.endOthers(account.id, account.sessionEpoch + 1);
      await events.deleted(account);
    });
  }

  /**
   * An access token says what its owner was up to 15 minutes ago. Where power is used over others the account is asked,
   * so that who was suspended or demoted cannot use the token to undo it, and a thief's ends with its session.
   * @throws {AppError} FORBIDDEN, UNAUTHORIZED
   */
  async refuseFormerAdmin(by: Identity): Promise<void> {
    await this.#refuseUnlessAdmin(by, await this.#tools.users.findById(by.subject));
  }

  /** Lets everybody through to their own account. @throws {AppError} FORBIDDEN, UNAUTHORIZED */
  async refuseFormerAdminOver(id: string, by: Identity): Promise<void> {
    if (!isOwn(id, by)) await this.refuseFormerAdmin(by);
  }

  /** What the own account must pass when it changes; who changes another one must be an administrator now. */
  async #admissionOver(id: string, by: Identity) {
    await this.refuseFormerAdminOver(id, by);
    if (!isOwn(id, by)) return undefined;
    return (account: Account, transaction: Transaction) => this.#refuseEndedSession(by, account, transaction);
  }

  /** Who changes the own standing is asked once more in that step: somebody else may be taking it away just now. */
  async #changeStanding(by: Identity, id: string, change: StandingChange) {
    const admit = (account: Account, transaction: Transaction) => this.#refuseUnlessAdmin(by, account, transaction);
    return this.#tools.standings.change(id, change, isOwn(id, by) ? admit : undefined).catch(lastAdmin);
  }

  async #refuseUnlessAdmin(by: Identity, account: Account | undefined, transaction?: Transaction): Promise<void> {
    if (account?.role !== "admin" || account.status !== "active")
      throw new AppError("FORBIDDEN", "You are no longer an administrator. Sign in again.");
    await this.#refuseEndedSession(by, account, transaction);
  }

  async #refuseEndedSession({ sessionId }: Identity, account: Account, transaction?: Transaction): Promise<void> {
    const session = sessionId === undefined ? undefined : await this.#tools.sessions.find(sessionId, transaction);
    if (isOver(session, account)) throw new AppError("UNAUTHORIZED", "Your session has ended. Sign in again.");
  }

  async #find(id: string): Promise<Account> {
    const account = await this.#tools.users.findById(id);
    if (account === undefined) throw notFound("user", id);
    return account;
  }
}

interface UserTools {
  readonly users: UserRepository;
  readonly standings: StandingRepository;
  readonly sessions: SessionRepository;
  readonly hasher: PasswordHasher;
  readonly events: AccountEvents;
  readonly clock: Clock;
}

const isOwn = (id: string, { subject }: Identity): boolean => subject === id.toLowerCase();

function emailTaken(error: unknown): never {
  if (!(error instanceof EmailTakenError)) throw error;
  throw new AppError("EMAIL_TAKEN", "This e-mail address belongs to another account.", {
    details: { fields: [{ path: "email", message: "is taken" }] },
  });
}

function lastAdmin(error: unknown): never {
  if (!(error instanceof LastAdminError)) throw error;
  throw new AppError("LAST_ADMIN", "This is the last active administrator. Make another one first.");
}
