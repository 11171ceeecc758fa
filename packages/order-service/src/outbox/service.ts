import { ListedOutboxEntry, type OutboxList, type OutboxListQuery } from "@pos/contracts/audit";
import { AppError } from "@pos/service-kit/app-error";
import { changeInTime } from "@pos/service-kit/change-in-time";
import type { Clock } from "@pos/service-kit/clock";
import { encodeCursor, readPage } from "@pos/service-kit/pagination";
import { wireForm } from "@pos/service-kit/wire-form";
import type { OutboxEntry } from "../placement/order.ts";
import { entryView } from "./views.ts";

/** What the service needs of the outbox. */
export interface OutboxStore {
  list(page: {
    state?: OutboxEntry["state"] | undefined;
    limit: number;
    afterOrderId?: string | undefined;
  }): Promise<readonly (readonly { orderId: string; entry: OutboxEntry }[])[]>;
  revive(orderId: string, entryId: string, now: Date): Promise<boolean>;
}

const form = wireForm("outbox entry", ListedOutboxEntry);

/** The outbox for administrators: what waits, what is dead, and another try. */
export class OutboxService {
  readonly #store: OutboxStore;
  readonly #clock: Clock;

  constructor(store: OutboxStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Entries by order id; the limit counts orders. The audit names what is left out because a hand broke it. */
  async list(query: OutboxListQuery): Promise<OutboxList> {
    const { limit, after } = readPage(query);
    const orders = await this.#store.list({ state: query.state, limit, afterOrderId: after?.id });
    const lastId = orders[limit - 1]?.[0]?.orderId;
    const more = orders.length > limit && lastId !== undefined;
    const { whole: entries } = form.part(
      orders
        .slice(0, limit)
        .flat()
        .map(({ orderId, entry }) => ({ id: orderId, view: () => ({ orderId, entry: entryView(entry) }) })),
    );
    return {
      entries,
      ...(more ? { nextCursor: encodeCursor({ createdAtMs: 0, id: lastId }) } : {}),
    };
  }

  /**
   * Gives an entry 20 new tries, the first of them now.
   * @throws {AppError} NOT_FOUND when it was delivered or never was; SERVICE_UNAVAILABLE after 4 s
   */
  async retry(orderId: string, entryId: string): Promise<void> {
    const now = new Date(this.#clock.now());
    if (await changeInTime(this.#clock, () => this.#store.revive(orderId, entryId, now))) return;
    throw new AppError("NOT_FOUND", `Order ${orderId} has no outbox entry ${entryId}: it may have been delivered.`, {
      details: { type: "outbox entry", id: entryId },
    });
  }
}
