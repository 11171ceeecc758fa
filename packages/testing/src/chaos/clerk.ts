import { type Client } from "@pos/client";
import { ApiError } from "@pos/client/errors";
import type { Random } from "../simulator/random.ts";
import type { Shoppers } from "./shoppers.ts";

/** The administrator at work: moves orders on and corrects stock while everything breaks. */
export class Clerk {
  readonly #tools: { admin: Client; shoppers: Shoppers; productIds: readonly string[]; random: Random };
  #isStopping = false;
  #running: Promise<void> = Promise.resolve();

  constructor(tools: { admin: Client; shoppers: Shoppers; productIds: readonly string[]; random: Random }) {
    this.#tools = tools;
  }

  start(): void {
    this.#running = this.#work();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running;
  }

  async #work(): Promise<void> {
    while (!this.#isStopping) {
      try {
        await this.#act();
      } catch {
        // Not answered, or the order has moved on: the next one.
      }
      await Bun.sleep(this.#tools.random.int(100));
    }
  }

  async #act(): Promise<void> {
    const { admin, shoppers, productIds, random } = this.#tools;
    if (random.chance(0.2)) {
      const delta = random.pick([-2, -1, 5, 10]);
      const options = { headers: { "idempotency-key": random.hex(24) } };
      await admin.products.adjustStock(random.pick(productIds), { delta, reason: "counted again" }, options);
      return;
    }
    const answer = random.pick(shoppers.placements)?.answers.at(-1);
    if (answer?.kind !== "placed") return;
    const orderId = answer.order.id;
    const status = random.pick(["processing", "completed", "cancelled"] as const);
    await admin.orders.setStatus(orderId, { status }).then(
      () => void shoppers.changes.push({ orderId, status }),
      (error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
      },
    );
  }
}
