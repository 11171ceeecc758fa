import { type Client, createClient } from "@pos/client";
import { ApiError } from "@pos/client/errors";
import type { Order } from "@pos/contracts/orders";
import { expect } from "./checks.ts";

export interface Urls {
  readonly userUrl: string;
  readonly productUrl: string;
  readonly orderUrl: string;
}

const STOCK_UNITS = 1_000_000;
const PASSWORD = "correct horse battery";
const CALL_TIMEOUT_MS = 8000;
const READERS = 32;

/** Customers who place orders until they are told to stop, and remember every answer. */
export class Workload {
  readonly admin: Client;
  readonly customer: Client;
  readonly userId: string;
  readonly productId: string;
  /** Every order that was acknowledged, by its idempotency key. */
  readonly journal = new Map<string, Order>();
  /** Keys whose last request got no verdict. */
  readonly open = new Set<string>();
  failedRequests = 0;
  readonly #quantities = new Map<string, number>();
  #running: Promise<void>[] = [];
  #isStopping = false;

  private constructor(parts: { admin: Client; customer: Client; userId: string; productId: string }) {
    this.admin = parts.admin;
    this.customer = parts.customer;
    this.userId = parts.userId;
    this.productId = parts.productId;
  }

  /** Signs in, and makes a customer and a product of their own. */
  static async prepare(urls: Urls, administrator: { email: string; password: string }): Promise<Workload> {
    const as = (token?: () => string) =>
      createClient({ ...urls, timeoutMs: CALL_TIMEOUT_MS, ...(token === undefined ? {} : { token }) });
    const { token: adminToken } = await as().auth.login(administrator);
    const admin = as(() => adminToken);
    const email = `${crypto.randomUUID()}@example.com`;
    const { id: userId } = await as().users.create({ email, password: PASSWORD, name: "Load" });
    const { token } = await as().auth.login({ email, password: PASSWORD });
    const product = { name: `Lamp ${email}`, description: "", price: 9.99, stock: STOCK_UNITS };
    const { id: productId } = await admin.products.create(product);
    return new Workload({ admin, customer: as(() => token), userId, productId });
  }

  /** Starts `workers` customers. */
  start(workers: number): void {
    this.#isStopping = false;
    this.#running = Array.from({ length: workers }, () => this.#work());
    for (const worker of this.#running) worker.catch(() => (this.#isStopping = true));
  }

  /** @throws the refusal that ended a customer's work */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#running);
  }

  /** Asks again for every order without a verdict, as a client with an idempotency key would. */
  async settle(withinMs: number): Promise<void> {
    const deadline = Date.now() + withinMs;
    for (const key of [...this.open]) {
      while (this.open.has(key)) {
        await this.#place(key);
        if (this.open.has(key)) {
          expect(Date.now() < deadline, `${this.open.size} orders without a verdict after ${withinMs / 1000} s`);
          await Bun.sleep(500);
        }
      }
    }
  }

  /**
   * Nothing lost, duplicated or oversold: every acknowledged order is readable as it was, there are no others, and the
   * stock book has taken exactly their units.
   */
  async verify(): Promise<string> {
    const found = new Map<string, Order>();
    for await (const order of this.customer.orders.all({}, this.userId)) found.set(order.id, order);
    for (const order of this.journal.values()) {
      const now = found.get(order.id);
      expect(now !== undefined, `order ${order.id} was acknowledged and is gone`);
      expect(
        JSON.stringify([now.items, now.totalAmount]) === JSON.stringify([order.items, order.totalAmount]),
        `order ${order.id} changed`,
      );
    }
    const acknowledged = new Set([...this.journal.values()].map(({ id }) => id));
    expect(acknowledged.size === this.journal.size, "two keys share one order");
    expect(found.size === acknowledged.size, `${found.size} orders are there, ${acknowledged.size} were acknowledged`);
    const units = [...found.values()].flatMap(({ items }) => items).reduce((sum, { quantity }) => sum + quantity, 0);
    const { stock } = await this.admin.products.get(this.productId);
    expect(STOCK_UNITS - stock === units, `${STOCK_UNITS - stock} units were taken for ${units} that were ordered`);
    return `${found.size} orders, ${units} units`;
  }

  /** Sends `count` reads to each service, 32 at a time. @returns the rate in words */
  async read(count: number): Promise<string> {
    const order = [...this.journal.values()][0];
    expect(order !== undefined, "there is no order to read");
    const reads = [
      () => this.customer.users.get(this.userId),
      () => this.customer.products.get(this.productId),
      () => this.customer.orders.get(order.id),
    ];
    const startedAt = performance.now();
    for (const read of reads) {
      let left = count;
      const reader = async () => {
        while (left-- > 0) await read();
      };
      await Promise.all(Array.from({ length: READERS }, reader));
    }
    const seconds = (performance.now() - startedAt) / 1000;
    return `${Math.round((count * reads.length) / seconds)} reads a second`;
  }

  async #work(): Promise<void> {
    while (!this.#isStopping) {
      const key = crypto.randomUUID();
      await this.#place(key);
      if (this.open.has(key)) await Bun.sleep(100);
    }
  }

  async #place(key: string): Promise<void> {
    const quantity = this.#quantities.get(key) ?? 1 + (this.#quantities.size % 3);
    this.#quantities.set(key, quantity);
    this.open.add(key);
    try {
      const body = { userId: this.userId, items: [{ productId: this.productId, quantity }] };
      const { order } = await this.customer.orders.place(body, { idempotencyKey: key });
      this.journal.set(key, order);
      this.open.delete(key);
    } catch (error) {
      this.failedRequests++;
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) throw error;
    }
  }
}
