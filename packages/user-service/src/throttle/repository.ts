import { isDuplicateKey } from "@pos/service-kit/database-errors";
import type { Collection, Db } from "mongodb";

interface Counter {
  _id: string;
  count: number;
  expiresAt: Date;
}

const UPSERT_TRIES_MAX = 5;

/** Counters that replicas share, each for a window of time that begins with its first count. */
export class CounterRepository {
  readonly #counters: Collection<Counter>;

  constructor(db: Db) {
    // A count that a fail-over loses lets one more try through; waiting for the majority would slow every sign-in.
    this.#counters = db.collection("throttle", { writeConcern: { w: 1 } });
  }

  /** Counts one up and answers the counter as it is then: one atomic step. */
  async countUp(id: string, { now, windowMs }: { now: Date; windowMs: number }): Promise<Counter> {
    const isOver = { $lte: [{ $ifNull: ["$expiresAt", now] }, now] };
    const end = new Date(now.getTime() + windowMs);
    for (let attempt = 1; ; attempt++) {
      try {
        const counter = await this.#counters.findOneAndUpdate(
          { _id: id },
          [
            {
              $set: {
                count: { $cond: [isOver, 1, { $add: ["$count", 1] }] },
                expiresAt: { $cond: [isOver, end, "$expiresAt"] },
              },
            },
          ],
          { upsert: true, returnDocument: "after" },
        );
        if (counter !== null) return counter;
      } catch (error) {
        // Two first counts at the same time: one of the inserts loses and counts up the other's.
        if (!isDuplicateKey(error)) throw error;
      }
      if (attempt === UPSERT_TRIES_MAX) throw new Error("a counter could not be made");
    }
  }

  /** Takes one count back from each of some counters, and clears others: one command for all of them. */
  async takeBack({ clear, countDown }: { clear: readonly string[]; countDown: readonly string[] }): Promise<void> {
    await this.#counters.bulkWrite(
      [
        { deleteMany: { filter: { _id: { $in: [...clear] } } } },
        {
          updateMany: { filter: { _id: { $in: [...countDown] }, count: { $gt: 0 } }, update: { $inc: { count: -1 } } },
        },
      ],
      { ordered: false },
    );
  }

  /** The counters that have not expired. */
  read(ids: readonly string[], now: Date): Promise<Counter[]> {
    return this.#counters
      .find({ _id: { $in: [...ids] }, expiresAt: { $gt: now } })
      .limit(ids.length)
      .toArray();
  }
}
