import type { UserRole, UserStatus } from "@pos/contracts/users";
import { isDuplicateKey } from "@pos/service-kit/database-errors";
import type { Page } from "@pos/service-kit/pagination";
import { type ClientSession, type Collection, type Db, type Filter, type MongoClient, ObjectId } from "mongodb";
import { inTransaction } from "../transaction.ts";
import type { Account, UserDocument } from "./domain.ts";

const live = { deletedAt: { $exists: false } } as const;
const withoutAddresses = { addresses: 0 } as const;
/** Limit of a search, which walks the accounts from the newest on; in milliseconds. */
const SEARCH_MAX_MS = 3000;

/** Raised by a write that would give two accounts one e-mail address. */
export class EmailTakenError extends Error {
  override readonly name = "EmailTakenError";
}

/** The only place that reads and writes accounts. Deleted accounts are invisible. */
export class UserRepository {
  readonly #client: MongoClient;
  readonly #users: Collection<UserDocument>;
  readonly #guards: Collection<{ _id: string; turn: number }>;

  constructor({ client, db }: { client: MongoClient; db: Db }) {
    this.#client = client;
    this.#users = db.collection("users");
    this.#guards = db.collection("guards");
  }

  /** @throws {EmailTakenError} */
  async insert(user: UserDocument): Promise<void> {
    await this.#users.insertOne(user).catch(emailTaken);
  }

  async findById(id: ObjectId, session?: ClientSession): Promise<Account | undefined> {
    const options = { projection: withoutAddresses, ...(session === undefined ? {} : { session }) };
    return (await this.#users.findOne({ _id: id, ...live }, options)) ?? undefined;
  }

  async findByEmail(emailKey: string): Promise<Account | undefined> {
    return (await this.#users.findOne({ emailKey, ...live }, { projection: withoutAddresses })) ?? undefined;
  }

  /** Accounts that an address belongs to: as their own one or as the one that resets go to. At most 5. */
  findByAnyEmail(emailKey: string): Promise<Account[]> {
    return this.#users
      .find({ $or: [{ emailKey }, { recoveryKey: emailKey }], ...live }, { projection: withoutAddresses })
      .limit(5)
      .toArray();
  }

  /** Which of the ids exist, with their status. */
  async lookUp(ids: readonly ObjectId[]): Promise<{ id: ObjectId; status: UserStatus }[]> {
    const found = await this.#users
      .find({ _id: { $in: [...ids] }, ...live }, { projection: { status: 1 } })
      .limit(ids.length)
      .toArray();
    return found.map(({ _id, status }) => ({ id: _id, status }));
  }

  /**
   * One item more than the page, newest first.
   * @param search folded text that the address or name must hold
   */
  list({ limit, after }: Page, search: string | undefined): Promise<Account[]> {
    const filter: Filter<UserDocument> = { ...live };
    // The literal is compared, never run: no pattern, no operator.
    if (search !== undefined) filter.$expr = { $gte: [{ $indexOfCP: ["$searchText", { $literal: search }] }, 0] };
    if (after !== undefined) {
      const createdAt = new Date(after.createdAtMs);
      filter.$or = [{ createdAt: { $lt: createdAt } }, { createdAt, _id: { $lt: new ObjectId(after.id) } }];
    }
    return this.#users
      .find(filter, { projection: withoutAddresses, maxTimeMS: SEARCH_MAX_MS })
      .sort({ createdAt: -1, _id: -1 })
      .limit(limit + 1)
      .toArray();
  }

  /**
   * Changes fields of an account and answers it as it is then; undefined when there is none (or none that meets
   * `where`).
   * @throws {EmailTakenError}
   */
  async update(
    id: ObjectId,
    change: Partial<Account>,
    { where = {}, endsSessions = false }: { where?: Filter<UserDocument>; endsSessions?: boolean } = {},
  ): Promise<Account | undefined> {
    const updated = await this.#users
      .findOneAndUpdate(
        { ...where, _id: id, ...live },
        { $set: change, ...(endsSessions ? { $inc: { sessionEpoch: 1 } } : {}) },
        { returnDocument: "after", projection: withoutAddresses },
      )
      .catch(emailTaken);
    return updated ?? undefined;
  }

  /** Tells whether there is an administrator. */
  async hasAdmin(): Promise<boolean> {
    return (await this.#users.findOne({ role: "admin", ...live }, { projection: { _id: 1 } })) !== null;
  }

  /**
   * Changes what makes an account an active administrator. Of changes that run at the same time each sees what the one
   * before has left, so that two administrators cannot demote each other.
   * @throws {LastAdminError} when no active administrator would be left
   */
  changeStanding(
    id: ObjectId,
    change: { role?: UserRole; status?: UserStatus; updatedAt: Date; endsSessions?: boolean } | { deletedAt: Date },
  ): Promise<Account | undefined> {
    return inTransaction(this.#client, async (session) => {
      const account = await this.findById(id, session);
      if (account === undefined) return undefined;
      if (isActiveAdmin(account) && !("deletedAt" in change ? false : isActiveAdmin({ ...account, ...change }))) {
        await this.#guards.updateOne({ _id: "admins" }, { $inc: { turn: 1 } }, { session });
        const other = await this.#users.findOne(
          { _id: { $ne: id }, role: "admin", status: "active", ...live },
          { projection: { _id: 1 }, session },
        );
        if (other === null) throw new LastAdminError();
      }
      if ("deletedAt" in change) return this.#erase(id, change.deletedAt, session);
      const { endsSessions, ...fields } = change;
      const updated = await this.#users.findOneAndUpdate(
        { _id: id, ...live },
        { $set: fields, ...(endsSessions ? { $inc: { sessionEpoch: 1 } } : {}) },
        { returnDocument: "after", projection: withoutAddresses, session },
      );
      return updated ?? undefined;
    });
  }

  /** Leaves the id and the times; answers the account as it was. */
  async #erase(id: ObjectId, deletedAt: Date, session: ClientSession): Promise<Account | undefined> {
    const erased = await this.#users.findOneAndUpdate(
      { _id: id, ...live },
      [{ $replaceWith: { _id: "$_id", createdAt: "$createdAt", updatedAt: deletedAt, deletedAt } }],
      { returnDocument: "before", projection: withoutAddresses, session },
    );
    return erased ?? undefined;
  }
}

/** Raised by a change that would leave no active administrator. */
export class LastAdminError extends Error {
  override readonly name = "LastAdminError";
}

const isActiveAdmin = ({ role, status }: Pick<Account, "role" | "status">) => role === "admin" && status === "active";

function emailTaken(error: unknown): never {
  throw isDuplicateKey(error) ? new EmailTakenError("the address belongs to another account", { cause: error }) : error;
}
