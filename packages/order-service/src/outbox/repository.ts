import { majority } from "@pos/service-kit/read-concern";
import { type Collection, type Db, type Filter, ObjectId } from "mongodb";
import type { OutboxState } from "../measurements.ts";
import type { OrderDocument } from "../orders/documents.ts";
import type { OutboxEntry } from "../placement/order.ts";
import { RELAY_BACKOFF_MAX_MS } from "../placement/relay.ts";

/** An outbox entry and the order whose document holds it. */
export interface OwnedEntry {
  readonly orderId: string;
  readonly entry: OutboxEntry;
}

/** Which entries a list holds. */
export interface OutboxPage {
  readonly state?: OutboxEntry["state"] | undefined;
  readonly limit: number;
  /** Order id after which the page begins. */
  readonly afterOrderId?: string | undefined;
}

type WithOutbox = Pick<OrderDocument, "_id" | "outbox">;
const QUERY_MAX_MS = 4000;
/** Twice what an entry waits for at most, in milliseconds: clocks of replicas differ a little. */
const WAIT_MAX_MS = 2 * RELAY_BACKOFF_MAX_MS;
/** When an entry was made; null for one whose time was changed by hand, which $min leaves out. */
const createdAt = { $convert: { input: "$outbox.createdAt", to: "date", onError: null, onNull: null } } as const;
/** Orders that a census looks at; beyond it the numbers say "at least". */
const CENSUS_MAX = 20_000;

/** The outbox entries inside order documents. None of these writes is a change of the order itself. */
export class OutboxRepository {
  readonly #orders: Collection<OrderDocument>;

  constructor(db: Db) {
    this.#orders = db.collection<OrderDocument>("orders", { readConcern: majority });
  }

  /**
   * Pending entries whose time has come, the ones that wait longest first, of at most `limit` orders.
   * @param since entries whose time came before it are left out; none are when undefined, and then those that no right
   *   clock can have put so far off have come too
   */
  async due(now: Date, limit: number, since: Date | undefined): Promise<readonly OwnedEntry[]> {
    const found = await this.#orders
      .find<WithOutbox>(dueFilter(now, since), { projection: { outbox: 1 }, maxTimeMS: QUERY_MAX_MS })
      // By time, because that is how the index goes. Asked to sort an array's field, the database would walk all of it.
      .hint("outbox_pending")
      .limit(limit)
      .toArray();
    const isDue = ({ nextAt }: OutboxEntry) => nextAt <= now || (since === undefined && nextAt > beyondAnyWait(now));
    return found.flatMap(owned).filter(({ entry }) => entry.state === "pending" && isDue(entry));
  }

  /** How many entries wait and since when, and how many are dead: of at most 20,000 orders each. */
  async census(now: Date): Promise<OutboxState> {
    const count = async (state: OutboxEntry["state"], hint: string) => {
      const [found] = await this.#orders
        .aggregate<{ count: number; oldest: Date | null }>(
          [
            { $match: { "outbox.state": state } },
            { $limit: CENSUS_MAX },
            { $project: { outbox: 1 } },
            { $unwind: "$outbox" },
            { $match: { "outbox.state": state } },
            { $group: { _id: null, count: { $sum: 1 }, oldest: { $min: createdAt } } },
          ],
          { hint, maxTimeMS: QUERY_MAX_MS },
        )
        .toArray();
      return found;
    };
    const [pending, dead] = await Promise.all([count("pending", "outbox_pending"), count("dead", "outbox_dead")]);
    const oldestMs = now.getTime() - (pending?.oldest ?? now).getTime();
    return {
      pending: pending?.count ?? 0,
      dead: dead?.count ?? 0,
      oldestSeconds: Math.max(0, oldestMs / 1000),
    };
  }

  /** Takes delivered entries out of their documents. */
  async drop(entries: readonly { orderId: string; entryId: string }[]): Promise<void> {
    await this.#orders.updateMany(
      { _id: { $in: entries.map(({ orderId }) => new ObjectId(orderId)) } },
      // Entry ids are unique over all orders.
      { $pull: { outbox: { id: { $in: entries.map(({ entryId }) => entryId) } } } },
    );
  }

  /** Replaces an entry, if it is still there. */
  async postpone(orderId: string, entry: OutboxEntry): Promise<void> {
    await this.#orders.updateOne(
      { _id: new ObjectId(orderId), "outbox.id": entry.id },
      { $set: { "outbox.$": entry } },
    );
  }

  /** Entries by order id, those of at most `limit` orders and one more. */
  async list({ state, limit, afterOrderId }: OutboxPage): Promise<readonly (readonly OwnedEntry[])[]> {
    const after = afterOrderId === undefined ? {} : { _id: { $gt: new ObjectId(afterOrderId) } };
    const withEntries = (word: OutboxEntry["state"]) =>
      this.#orders
        .find<WithOutbox>({ "outbox.state": word, ...after }, { projection: { outbox: 1 }, maxTimeMS: QUERY_MAX_MS })
        // By itself the database would walk over all orders: pending entries are in an index by their time alone.
        .hint(`outbox_${word}`)
        .sort({ _id: 1 })
        .limit(limit + 1)
        .toArray();
    const states = state === undefined ? (["pending", "dead"] as const) : [state];
    const found = (await Promise.all(states.map(withEntries))).flat();
    const byId = new Map(found.map((document) => [String(document._id), document]));
    const first = [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, limit + 1);
    return first.map(([, document]) =>
      owned(document).filter((own) => state === undefined || own.entry.state === state),
    );
  }

  /** Makes an entry pending, due now and with all its tries. @returns whether there is such an entry */
  async revive(orderId: string, entryId: string, now: Date): Promise<boolean> {
    const { matchedCount } = await this.#orders.updateOne(
      { _id: new ObjectId(orderId), "outbox.id": entryId },
      {
        $set: {
          "outbox.$.state": "pending",
          "outbox.$.tries": 0,
          "outbox.$.unanswered": 0,
          "outbox.$.nextAt": now,
        },
      },
    );
    return matchedCount === 1;
  }
}

/**
 * No entry waits for as long: one that is due later than this was written by a clock that was ahead, be it of a
 * replica that is gone or one that was set back since.
 */
const beyondAnyWait = (now: Date): Date => new Date(now.getTime() + WAIT_MAX_MS);

/** Exported for the test of its index: the first condition is the one of the partial index. */
export const dueFilter = (now: Date, since: Date | undefined): Filter<OrderDocument> => ({
  "outbox.state": "pending",
  outbox: {
    $elemMatch: {
      state: "pending",
      ...(since === undefined
        ? { $or: [{ nextAt: { $lte: now } }, { nextAt: { $gt: beyondAnyWait(now) } }] }
        : { nextAt: { $lte: now, $gte: since } }),
    },
  },
});

/** The entries of an order. A hand that took one out with $unset left null in its place. */
function owned({ _id, outbox }: WithOutbox): readonly OwnedEntry[] {
  const entries = (outbox as readonly (OutboxEntry | null)[]).filter((entry) => entry !== null);
  return entries.map((entry) => ({ orderId: String(_id), entry }));
}
