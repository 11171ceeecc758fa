import type { UserRole, UserStatus } from "@pos/contracts/users";
import { majority } from "@pos/service-kit/read-concern";
import { type Collection, type Db, type MongoClient, ObjectId } from "mongodb";
import { inTransaction, type Transaction } from "../transaction.ts";
import { live, type UserDocument } from "./documents.ts";
import type { Account } from "./domain.ts";
import { LastAdminError } from "./errors.ts";
import { accountOnly, toAccount } from "./mapping-repository.ts";

/** Throws when the account, as it is before a change, must not change. */
export type Admission = (before: Account, transaction: Transaction) => Promise<void>;

interface Standing {
  role?: UserRole;
  status?: UserStatus;
  updatedAt: Date;
  endsSessions?: boolean;
}

/** What may end an account's being an active administrator. */
export type StandingChange = Standing | { deletedAt: Date };

/** Changes the standing of accounts: role, status, and whether they are there. One active administrator is always left. */
export class StandingRepository {
  readonly #client: MongoClient;
  readonly #users: Collection<UserDocument>;
  readonly #guards: Collection<{ _id: string; turn: number }>;

  constructor({ client, db }: { client: MongoClient; db: Db }) {
    this.#client = client;
    this.#users = db.collection("users", { readConcern: majority });
    this.#guards = db.collection("guards");
  }

  /**
   * Changes what makes an account an active administrator. Of changes that run at the same time each sees what the one
   * before has left, so that two administrators cannot demote each other.
   * @param admit throws when the account, as it is before, must not change; may run more than once
   * @throws {LastAdminError} when no active administrator would be left
   */
  change(id: string, change: StandingChange, admit?: Admission): Promise<Account | undefined> {
    const _id = new ObjectId(id);
    return inTransaction(this.#client, async (session) => {
      const options = { projection: accountOnly, session };
      const before = toAccount(await this.#users.findOne({ _id, ...live }, options));
      if (before === undefined) return undefined;
      await admit?.(before, session);
      if (isActiveAdmin(before) && ("deletedAt" in change || !isActiveAdmin({ ...before, ...change })))
        await this.#refuseWhenLastAdmin(_id, session);
      return "deletedAt" in change
        ? this.#erase(_id, change.deletedAt, session)
        : this.#setStanding(_id, change, session);
    });
  }

  async #refuseWhenLastAdmin(_id: ObjectId, session: Transaction): Promise<void> {
    // Two changes that meet here conflict, and one of them runs again on what the other has left.
    await this.#guards.updateOne({ _id: "admins" }, { $inc: { turn: 1 } }, { session });
    const other = await this.#users.findOne(
      { _id: { $ne: _id }, role: "admin", status: "active", ...live },
      { projection: { _id: 1 }, session },
    );
    if (other === null) throw new LastAdminError();
  }

  async #setStanding(
    _id: ObjectId,
    { endsSessions = false, ...fields }: Standing,
    session: Transaction,
  ): Promise<Account | undefined> {
    const updated = await this.#users.findOneAndUpdate(
      { _id, ...live },
      { $set: fields, ...(endsSessions ? { $inc: { sessionEpoch: 1 } } : {}) },
      { returnDocument: "after", projection: accountOnly, session },
    );
    return toAccount(updated);
  }

  /** Leaves the id and the times; answers the account as it was. */
  async #erase(_id: ObjectId, deletedAt: Date, session: Transaction): Promise<Account | undefined> {
    const erased = await this.#users.findOneAndUpdate(
      { _id, ...live },
      [{ $replaceWith: { _id: "$_id", createdAt: "$createdAt", updatedAt: deletedAt, deletedAt } }],
      { returnDocument: "before", projection: accountOnly, session },
    );
    return toAccount(erased);
  }
}

const isActiveAdmin = ({ role, status }: Pick<Account, "role" | "status">) => role === "admin" && status === "active";
