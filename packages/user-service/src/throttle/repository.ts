import { isDuplicateKey } from "@pos/service-kit/database-errors";
import type { Collection, Db } from "mongodb";
import { type Counter, type CountWindow, oneMore } from "./documents.ts";

const UPSERT_TRIES_MAX = 5;

/** Counters that replicas share, each for a window of time that begins with its first count. */
export class CounterRepository {
  readonly #counters: Collection<Counter>;

  constructor(db: Db) {
    // A count that a fail-over loses lets one more mail through.
    this.#counters = db.collection("throttle", { writeConcern: { w: 1 } });
  }

  /** Counts one up and answers the counter as it is then: one atomic step. */
  async countUp(id: string, window: CountWindow): Promise<Counter> {
    for (let attempt = 1; ; attempt++) {
      try {
        const options = { upsert: true, returnDocument: "after" } as const;
        const counter = await this.#counters.findOneAndUpdate({ _id: id }, oneMore(window), options);
        if (counter !== null) return counter;
      } catch (error) {
        // Two first counts at the same time: one of the inserts loses and counts up the other's.
        if (!isDuplicateKey(error)) throw error;
      }
      if (attempt === UPSERT_TRIES_MAX) throw new Error("a counter could not be made");
    }
  }
}
