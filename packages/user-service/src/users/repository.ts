import type { UserStatus } from "@pos/contracts/users";
import { byIds, findDocuments } from "@pos/service-kit/command-runner";
import { DirectCommands } from "@pos/service-kit/direct-commands";
import { isDuplicateKey } from "@pos/service-kit/database-errors";
import type { Page } from "@pos/service-kit/pagination";
import { majority } from "@pos/service-kit/read-concern";
import { type Collection, type Db, type Filter, type MongoClient, ObjectId } from "mongodb";
import { inTransaction, type Transaction } from "../transaction.ts";
import { live, type UserDocument } from "./documents.ts";
import { type Account, emailKeyOf, isRenamed, searchTextOf } from "./domain.ts";
import { EmailTakenError } from "./errors.ts";
import { type AccountDocument, accountOnly, fromDocument, toAccount } from "./mapping-repository.ts";
import type { Admission } from "./standing-repository.ts";

/** Limit of a search, which walks the accounts from the newest on; in milliseconds. */
const SEARCH_MAX_MS = 3000;
const ACCOUNTS_PER_ADDRESS_MAX = 5;

/** Reads and writes accounts, but for their standing. Deleted accounts are invisible. */
export class UserRepository {
  readonly #client: MongoClient;
  readonly #commands: DirectCommands;
  readonly #users: Collection<UserDocument>;

  constructor({ client, db }: { client: MongoClient; db: Db }) {
    this.#client = client;
    this.#commands = new DirectCommands(db);
    this.#users = db.collection("users", { readConcern: majority });
  }

  /** Adds an account and gives it its id. @throws {EmailTakenError} */
  async insert(account: Omit<Account, "id">): Promise<Account> {
    const _id = new ObjectId();
    await this.#users
      .insertOne({ ...account, _id, searchText: searchTextOf(account), addresses: [] })
      .catch(emailTaken);
    return { ...account, id: _id.toHexString() };
  }

  async findById(id: string): Promise<Account | undefined> {
    return toAccount(await this.#users.findOne({ _id: new ObjectId(id), ...live }, { projection: accountOnly }));
  }

  /**
   * Also an account that a majority does not have yet, unlike the other reads: whoever was refused an address because of
   * it finds it.
   */
  async findByEmail(emailKey: string): Promise<Account | undefined> {
    const command = {
      find: "users",
      filter: { emailKey, ...live },
      projection: accountOnly,
      limit: 1,
      singleBatch: true,
    };
    const [found] = await findDocuments<AccountDocument>(this.#commands, command, { mayRepeat: true });
    return found && fromDocument(found);
  }

  /**
   * Accounts that an address belongs to: the one that has it, then those whose resets go to it, the ones that have it
   * verified first. At most 5.
   */
  async findByAnyEmail(emailKey: string): Promise<Account[]> {
    const own = await this.findByEmail(emailKey);
    const former = await this.#users
      .find({ recoveryKey: emailKey, emailKey: { $ne: emailKey }, ...live }, { projection: accountOnly })
      .sort({ verifiedKey: -1, _id: 1 })
      .limit(ACCOUNTS_PER_ADDRESS_MAX - 1)
      .toArray();
    return [...(own === undefined ? [] : [own]), ...former.map(fromDocument)];
  }

  /** Which of the ids exist, with their status; one that a hand wrote and nobody knows is not active. */
  async lookUp(ids: readonly string[]): Promise<{ id: string; status: UserStatus }[]> {
    const command = {
      find: "users",
      filter: byIds(ids),
      projection: { status: 1, deletedAt: 1 },
      batchSize: ids.length + 1,
      readConcern: majority,
    };
    const found = await findDocuments<Pick<UserDocument, "_id" | "status" | "deletedAt">>(this.#commands, command, {
      mayRepeat: true,
    });
    return found
      .filter(({ deletedAt }) => deletedAt === undefined)
      .map(({ _id, status }) => ({ id: _id.toHexString(), status: status === "active" ? "active" : "suspended" }));
  }

  /**
   * One item more than the page, newest first.
   * @param search folded text that the address or name must hold
   */
  async list({ limit, after }: Page, search: string | undefined): Promise<Account[]> {
    const filter: Filter<UserDocument> = { ...live };
    // The literal is compared, never run: no pattern, no operator.
    if (search !== undefined) filter.$expr = { $gte: [{ $indexOfCP: ["$searchText", { $literal: search }] }, 0] };
    if (after !== undefined) {
      const createdAt = new Date(after.createdAtMs);
      filter.$or = [{ createdAt: { $lt: createdAt } }, { createdAt, _id: { $lt: new ObjectId(after.id) } }];
    }
    const found = await this.#users
      .find(filter, { projection: accountOnly, maxTimeMS: SEARCH_MAX_MS })
      .sort({ createdAt: -1, _id: -1 })
      .limit(limit + 1)
      .toArray();
    return found.map(fromDocument);
  }

  /**
   * Sets a new password, begins a new epoch, which ends all sessions, and answers the account as it is then; undefined
   * when there is none.
   * @param options `onlyIf`: what the account must still be; `givesBack`: whether it gets the address back that resets
   * go to; `alongside`: done in the same step, may run more than once
   * @throws {EmailTakenError} when another account has the address that it would get back
   */
  setPassword(
    id: string,
    change: Pick<Account, "passwordHash" | "updatedAt">,
    { onlyIf, givesBack = false, alongside }: PasswordOptions,
  ): Promise<Account | undefined> {
    return inTransaction(this.#client, async (session) => {
      const own = { _id: new ObjectId(id), ...onlyIf, ...live };
      // A `findAndModify` that meets another change is logged whole by mongod, with the hash and the address.
      const { matchedCount } = await this.#users.updateOne(
        own,
        { $set: change, $inc: { sessionEpoch: 1 } },
        { session },
      );
      if (matchedCount === 0) return undefined;
      const account = toAccount(await this.#users.findOne({ _id: own._id }, { projection: accountOnly, session }));
      if (account === undefined) return undefined;
      await alongside(account, session);
      if (!givesBack || !isRenamed(account)) return account;
      return this.#rename({ ...account, email: account.recoveryEmail }, session);
    });
  }

  /**
   * Changes the address, the name or both, and what the search finds, in one step.
   * @param admit throws when the account, as it is before, must not change; may run more than once
   * @throws {EmailTakenError}
   */
  async rename(
    id: string,
    { email, name, updatedAt }: { email: string | undefined; name: string | undefined; updatedAt: Date },
    admit?: Admission,
  ): Promise<{ before: Account; after: Account } | undefined> {
    return inTransaction(this.#client, async (session) => {
      const options = { projection: accountOnly, session };
      const before = toAccount(await this.#users.findOne({ _id: new ObjectId(id), ...live }, options));
      if (before === undefined) return undefined;
      await admit?.(before, session);
      const after = { ...before, email: email ?? before.email, name: name ?? before.name, updatedAt };
      return { before, after: await this.#rename(after, session) };
    });
  }

  async #rename(changed: Account, session: Transaction): Promise<Account> {
    const after = { ...changed, emailKey: emailKeyOf(changed.email) };
    const { id, ...fields } = after;
    const change = { $set: { ...fields, searchText: searchTextOf(after) } };
    await this.#users.updateOne({ _id: new ObjectId(id), ...live }, change, { session }).catch(emailTaken);
    return after;
  }

  /**
   * Marks an address as verified and makes it the one that resets go to. False when nothing proves it, the account has
   * another address by now, or is gone.
   * @param prove uses the proof up in the same step: which account and address it is for; may run more than once
   */
  verifyEmail(prove: (transaction: Transaction) => Promise<Proof | undefined>, now: Date): Promise<boolean> {
    return inTransaction(this.#client, async (session) => {
      const proof = await prove(session);
      if (proof === undefined) return false;
      const { userId, emailKey } = proof;
      const { matchedCount } = await this.#users.updateOne(
        { _id: new ObjectId(userId), emailKey, ...live },
        [{ $set: { verifiedKey: "$emailKey", recoveryEmail: "$email", recoveryKey: "$emailKey", updatedAt: now } }],
        { session },
      );
      return matchedCount === 1;
    });
  }

  /** Tells whether there is an administrator. */
  async hasAdmin(): Promise<boolean> {
    return (await this.#users.findOne({ role: "admin", ...live }, { projection: { _id: 1 } })) !== null;
  }
}

interface PasswordOptions {
  onlyIf: Partial<Pick<Account, "passwordHash" | "recoveryKey">>;
  givesBack?: boolean;
  alongside(account: Account, transaction: Transaction): Promise<void>;
}

interface Proof {
  readonly userId: string;
  readonly emailKey: string;
}

function emailTaken(error: unknown): never {
  throw isDuplicateKey(error) ? new EmailTakenError("the address belongs to another account", { cause: error }) : error;
}
