import { STOCK_MAX_UNITS } from "@pos/contracts/limits";
import type { Clock } from "@pos/service-kit/clock";
import { findDocuments, write } from "@pos/service-kit/command-runner";
import { isDuplicateKey } from "@pos/service-kit/database-errors";
import { DirectCommands } from "@pos/service-kit/direct-commands";
import { DirectSession } from "@pos/service-kit/direct-session";
import { majority } from "@pos/service-kit/read-concern";
import { type Collection, type Db, ObjectId } from "mongodb";
import { attemptTransaction, pauseAfterConflict, type Worked } from "../transaction.ts";
import { type ProductDocument, type StockAdjustmentDocument, storedProduct, type StoredProduct } from "./documents.ts";
import { Turns } from "./turns.ts";

/** A change of stock that somebody asked for. */
export interface Adjustment {
  readonly productId: string;
  readonly delta: number;
  readonly reason: string;
  readonly by: string;
  readonly key: string | undefined;
}

/** What an adjustment came to. */
export type AdjustmentResult =
  | { readonly kind: "done"; readonly stored: StoredProduct; readonly isReplay: boolean }
  | { readonly kind: "absent" }
  | { readonly kind: "outOfBounds"; readonly stockUnits: number }
  | { readonly kind: "otherBody" }
  | { readonly kind: "noAnswer"; readonly cause: unknown };

/** Sessions that are kept for later; more are in use while more adjustments are under way. */
const IDLE_SESSIONS_MAX = 20;

/** Adjustments of stock: the adjustment and its effect are one transaction, so a key counts exactly once. */
export class AdjustmentRepository {
  readonly #commands: DirectCommands;
  /** Those in use too. The first is there from the start, so that it is known to others before it is written on. */
  readonly #sessions: Set<DirectSession>;
  readonly #idleSessions: DirectSession[];
  readonly #clock: Clock;
  /** By product. */
  readonly #turns: Turns;
  readonly #products: Collection<ProductDocument>;
  readonly #adjustments: Collection<StockAdjustmentDocument>;

  constructor(db: Db, clock: Clock) {
    this.#commands = new DirectCommands(db);
    this.#idleSessions = [new DirectSession(this.#commands)];
    this.#sessions = new Set(this.#idleSessions);
    this.#clock = clock;
    this.#turns = new Turns(clock);
    this.#products = db.collection<ProductDocument>("products");
    this.#adjustments = db.collection<StockAdjustmentDocument>("stockAdjustments");
  }

  /** Ids of the sessions that adjustments are written on. */
  readonly sessionIds = (): readonly string[] => [...this.#sessions].map(({ id }) => id);

  /** @param deadlineAtMs by the clock: after it no try is begun */
  adjust(adjustment: Adjustment, deadlineAtMs: number): Promise<AdjustmentResult> {
    return this.#turns.take(adjustment.productId, deadlineAtMs, () => this.#adjust(adjustment, deadlineAtMs));
  }

  async #adjust(adjustment: Adjustment, deadlineAtMs: number): Promise<AdjustmentResult> {
    const clock = this.#clock;
    if (clock.now() >= deadlineAtMs) return { kind: "noAnswer", cause: new Error("its turn did not come in time") };
    const session = this.#idleSessions.pop() ?? new DirectSession(this.#commands);
    this.#sessions.add(session);
    try {
      for (;;) {
        const attempt = await attemptTransaction(session, () => this.#apply(adjustment, session), {
          deadlineAtMs,
          clock,
        });
        if (attempt.kind === "done") return attempt.value;
        if (attempt.kind === "unknown") return { kind: "noAnswer", cause: attempt.error };
        if (attempt.kind === "failed") {
          if (isDuplicateKey(attempt.error)) return await this.#replay(adjustment);
          throw attempt.error;
        }
        if (clock.now() >= deadlineAtMs) return { kind: "noAnswer", cause: attempt.error };
        await pauseAfterConflict(clock);
      }
    } finally {
      if (this.#idleSessions.length < IDLE_SESSIONS_MAX) this.#idleSessions.push(session);
      else this.#sessions.delete(session);
    }
  }

  async #apply(adjustment: Adjustment, session: DirectSession): Promise<Worked<AdjustmentResult>> {
    const { productId, delta, reason, by, key } = adjustment;
    const _id = new ObjectId(productId);
    const entry = { _id: new ObjectId(), productId: _id, delta, reason, by, at: new Date(this.#clock.now()) };
    await write(session, { insert: "stockAdjustments", documents: [key === undefined ? entry : { ...entry, key }] });
    const changed = await session.run({
      findAndModify: "products",
      // Returns of cancelled orders may have lifted the stock over its maximum: units can be taken out all the same.
      query: { _id, deletedAt: null, stock: delta < 0 ? { $gte: -delta } : { $lte: STOCK_MAX_UNITS - delta } },
      update: { $inc: { stock: delta, received: delta, version: 1 }, $set: { updatedAt: entry.at } },
      new: true,
    });
    const updated = changed["value"] as ProductDocument | null;
    if (updated !== null) {
      return { value: { kind: "done", stored: storedProduct(updated), isReplay: false }, isCommitted: true };
    }
    const [found] = await findDocuments<{ stock: number }>(session, {
      find: "products",
      filter: { _id, deletedAt: null },
      projection: { stock: 1 },
      limit: 1,
      batchSize: 2,
    });
    const value =
      found === undefined ? { kind: "absent" as const } : { kind: "outOfBounds" as const, stockUnits: found.stock };
    return { value, isCommitted: false };
  }

  /** The key was used: the same adjustment is answered with the product as it is now. */
  async #replay({ productId, delta, reason, by, key }: Adjustment): Promise<AdjustmentResult> {
    if (key === undefined) return { kind: "otherBody" };
    const found = await this.#adjustments.findOne({ by, key }, { readConcern: majority });
    if (found === null) return { kind: "noAnswer", cause: new Error("the earlier adjustment is not settled") };
    const isSame = found.productId.toHexString() === productId && found.delta === delta && found.reason === reason;
    if (!isSame) return { kind: "otherBody" };
    const product = await this.#products.findOne({ _id: found.productId, deletedAt: null }, { readConcern: majority });
    return product === null ? { kind: "absent" } : { kind: "done", stored: storedProduct(product), isReplay: true };
  }
}
