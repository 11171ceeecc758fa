import type { Client } from "@pos/client";
import { ApiError } from "@pos/client/errors";
import { ATTEMPTS_MAX } from "@pos/contracts/limits";
import { deriveOrderId } from "@pos/order-service/protocol";
import type { Answer, PlacementRecord } from "../simulator/evidence.ts";
import { Random } from "../simulator/random.ts";

/** A signed-in customer. */
export interface Customer {
  readonly id: string;
  readonly client: Client;
}

/** Who shops what. */
export interface ShopperTools {
  readonly customers: readonly Customer[];
  readonly productIds: readonly string[];
  readonly seed: number;
}

interface Open extends PlacementRecord {
  readonly key: string;
  readonly answers: Answer[];
}

/** Refusals that a correct stack may give here. */
const EXPECTED_REFUSALS = new Set(["INSUFFICIENT_STOCK", "PENDING_LIMIT", "IDEMPOTENCY_KEY_EXHAUSTED"]);
/** How often a customer without an answer leaves the shop. */
const GIVE_UP_RATE = 0.05;
const RETRY_AFTER_MS = { least: 50, most: 500 };

/** Customers who order all the time, retry what was not answered with the same key, and write down what they are told. */
export class Shoppers {
  readonly placements: Open[] = [];
  readonly changes: { orderId: string; status: string }[] = [];
  /** Answers by status; 0 is no answer. */
  readonly statuses = new Map<number, number>();
  /** What a correct stack never answers. */
  readonly unexpected: string[] = [];
  retries = 0;
  acknowledged = 0;
  longestFreezeMs = 0;
  readonly #tools: ShopperTools;
  #isStopping = false;
  #answersUntilMs = Number.POSITIVE_INFINITY;
  #lastOrderAtMs = performance.now();
  #running: readonly Promise<void>[] = [];

  constructor(tools: ShopperTools) {
    this.#tools = tools;
  }

  /** @param count how many shop at the same time */
  start(count: number): void {
    this.#lastOrderAtMs = performance.now();
    this.#running = Array.from({ length: count }, (_, index) => this.#shop(index));
  }

  /** No new orders; what was asked is asked until it is answered, which a sound stack does within `limitMs`. */
  async stop(limitMs: number): Promise<void> {
    this.#isStopping = true;
    this.#answersUntilMs = performance.now() + limitMs;
    this.longestFreezeMs = Math.max(this.longestFreezeMs, performance.now() - this.#lastOrderAtMs);
    await Promise.all(this.#running);
  }

  async #shop(index: number): Promise<void> {
    const { customers, productIds, seed } = this.#tools;
    const random = new Random(seed * 1000 + index);
    const customer = customers[index % customers.length];
    if (customer === undefined) return;
    for (let number = 0; !this.#isStopping; number++) {
      const key = `shopper-${index}-${number}`;
      const lines = Array.from({ length: 1 + random.int(3) }, () => ({
        productId: random.pick(productIds),
        quantity: 1 + random.int(3),
      }));
      const candidateIds = new Set(
        Array.from({ length: ATTEMPTS_MAX }, (_, attempt) => deriveOrderId(customer.id, key, attempt)),
      );
      const open: Open = { name: key, key, userId: customer.id, candidateIds, answers: [] };
      this.placements.push(open);
      const orderId = await this.#place(customer, { open, lines, random });
      if (orderId !== undefined && random.chance(0.15)) await this.#cancel(customer, orderId);
      await Bun.sleep(random.int(100));
    }
  }

  /** Asks with one key until there is an answer that decides, or the customer has enough. */
  async #place(
    customer: Customer,
    { open, lines, random }: { open: Open; lines: { productId: string; quantity: number }[]; random: Random },
  ): Promise<string | undefined> {
    for (;;) {
      try {
        const body = { userId: customer.id, items: lines };
        const { order, isReplayed } = await customer.client.orders.place(body, { idempotencyKey: open.key });
        this.#count(201);
        open.answers.push({ kind: "placed", order, isReplay: isReplayed, user: "always" });
        this.#acknowledge();
        return order.id;
      } catch (error) {
        if (this.#refused(error, open)) return undefined;
        open.answers.push({ kind: "unknown" });
        // What such a customer left behind is for the reaper.
        if (random.chance(GIVE_UP_RATE)) return undefined;
        if (performance.now() > this.#answersUntilMs) {
          this.unexpected.push(`${open.name}: no answer long after the faults: ${String(error)}`);
          return undefined;
        }
        this.retries++;
        await Bun.sleep(RETRY_AFTER_MS.least + random.int(RETRY_AFTER_MS.most));
      }
    }
  }

  #refused(error: unknown, open: Open): boolean {
    const status = this.#countError(error);
    if (!(error instanceof ApiError) || status >= 500 || status === 429) return false;
    if (!EXPECTED_REFUSALS.has(error.code))
      this.unexpected.push(`${open.name}: ${status} ${error.code}: ${error.message}`);
    open.answers.push({ kind: "refused", code: error.code, user: "always" });
    return true;
  }

  /** Cancels; an unanswered change is asked again a few times, then left. */
  async #cancel(customer: Customer, orderId: string): Promise<void> {
    for (let tries = 0; tries < 5; tries++) {
      try {
        await customer.client.orders.setStatus(orderId, { status: "cancelled" });
        this.#count(200);
        return void this.changes.push({ orderId, status: "cancelled" });
      } catch (error) {
        const status = this.#countError(error);
        // An administrator may have moved it on meanwhile: then only they may cancel.
        if (status === 409 || status === 403) return;
        await Bun.sleep(RETRY_AFTER_MS.most);
      }
    }
  }

  #acknowledge(): void {
    const now = performance.now();
    this.acknowledged++;
    this.longestFreezeMs = Math.max(this.longestFreezeMs, now - this.#lastOrderAtMs);
    this.#lastOrderAtMs = now;
  }

  #countError(error: unknown): number {
    const status = error instanceof ApiError ? error.status : 0;
    this.#count(status);
    return status;
  }

  #count(status: number): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
  }
}
