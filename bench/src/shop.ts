import type { RunningStack } from "./running-stack.ts";
import type { ScenarioName } from "./scenarios.ts";
import type { Role } from "./stacks.ts";

/** How much is there before the first load. */
export interface Amounts {
  readonly users: number;
  readonly products: number;
  readonly orders: number;
}

interface Customer {
  readonly email: string;
  readonly id: string;
  token: string;
}
interface Line {
  readonly productId: string;
  readonly quantity: number;
}
/** One request as the load generator takes it: `{{uuid}}` becomes a fresh one at every sending. */
export interface PlannedRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const PASSWORD = "correct-horse-battery";
const WORKERS = 16;
const ORDERS_PLANNED = 2000;
const STOCK = 1_000_000_000;

/** Products and orders beyond those that were made over HTTP, for the requests to come. */
export interface Additions {
  readonly products?: readonly { readonly id: string; readonly price: number }[];
  /** Of the first customer. */
  readonly orderIds?: readonly string[];
}

/** Users, products and orders of one stack, made over HTTP, and the requests about them. */
export class Shop {
  readonly #stack: RunningStack;
  #adminToken = "";
  #customers: readonly Customer[] = [];
  #products: readonly { readonly id: string; readonly price: number }[] = [];
  #orders: readonly { readonly id: string; readonly customer: Customer }[] = [];

  constructor(stack: RunningStack) {
    this.#stack = stack;
  }

  /** Fills the stack. @throws Error when an order comes out wrong: a stack that errs is not measured */
  async populate({ users, products, orders }: Amounts): Promise<void> {
    await this.signIn();
    this.#customers = await many(users, async (index) => {
      const email = `user${index}@example.com`;
      const body = { email, password: PASSWORD, name: `User ${index}` };
      return { email, id: textOf(await this.#post("user", "/users", body), "id"), token: "" };
    });
    this.#products = await many(products, async (index) => {
      const description = `A thing of use for many ends, number ${index}`;
      const body = { name: `Product ${index}`, description, price: 1 + (index % 500), stock: STOCK };
      const product = await this.#post("product", "/products", body, this.#adminToken);
      return { id: textOf(product, "id"), price: body.price };
    });
    await this.signIn();
    this.#orders = await many(orders, (index) => this.#order(index));
  }

  /** An access token of an administrator, as fresh as the last sign-in. */
  get adminToken(): string {
    return this.#adminToken;
  }

  /** Ids of the customers, in the order in which they were made. */
  get customerIds(): readonly string[] {
    return this.#customers.map(({ id }) => id);
  }

  /** From now on the requests are about these. */
  turnTo({ products, orderIds }: Additions): void {
    const customer = at(this.#customers, 0);
    if (products !== undefined) this.#products = products;
    if (orderIds !== undefined) this.#orders = orderIds.map((id) => ({ id, customer }));
  }

  /** Pages of 20 orders of a customer. */
  orderLists(customerIndex: number): readonly PlannedRequest[] {
    const customer = at(this.#customers, customerIndex);
    return [this.#plan("order", `/orders/user/${customer.id}?limit=20`, { customer })];
  }

  /** Takes new tokens: they end after 15 minutes. */
  async signIn(): Promise<void> {
    const { admin, isGuarded } = this.#stack.description;
    if (admin !== undefined) this.#adminToken = textOf(await this.#post("user", "/auth/login", admin), "token");
    if (!isGuarded) return;
    for (const customer of this.#customers) {
      const credentials = { email: customer.email, password: PASSWORD };
      customer.token = textOf(await this.#post("user", "/auth/login", credentials), "token");
    }
  }

  /** The requests of a scenario. */
  requests(scenario: ScenarioName): readonly PlannedRequest[] {
    switch (scenario) {
      case "get-product":
        return this.#products.map(({ id }) => this.#plan("product", `/products/${id}`));
      case "list-20":
        return [this.#plan("product", "/products?limit=20")];
      case "get-order":
        return this.#orders.map(({ id, customer }) => this.#plan("order", `/orders/${id}`, { customer }));
      case "order-1":
        return this.#placements((index) => this.#lines(index, 1));
      case "order-3":
        return this.#placements((index) => this.#lines(index, 3));
      case "order-hot":
        return this.#placements(() => this.#lines(0, 1));
      case "sign-in":
        return this.#customers.map(({ email }) =>
          this.#plan("user", "/auth/login", { body: { email, password: PASSWORD } }),
        );
    }
  }

  #placements(linesOf: (index: number) => readonly Line[]): readonly PlannedRequest[] {
    return Array.from({ length: ORDERS_PLANNED }, (_, index) => {
      const customer = at(this.#customers, index);
      return this.#plan("order", "/orders", { customer, body: { userId: customer.id, items: linesOf(index) } });
    });
  }

  #plan(role: Role, path: string, { customer, body }: { customer?: Customer; body?: unknown } = {}): PlannedRequest {
    const { isGuarded } = this.#stack.description;
    return {
      url: this.#stack.urls[role] + path,
      method: body === undefined ? "GET" : "POST",
      headers: {
        ...(isGuarded && customer !== undefined ? { authorization: `Bearer ${customer.token}` } : {}),
        ...(isGuarded && customer !== undefined && body !== undefined ? { "idempotency-key": "{{uuid}}" } : {}),
      },
      body: body === undefined ? "" : JSON.stringify(body),
    };
  }

  #lines(index: number, count: number): readonly Line[] {
    return Array.from({ length: count }, (_, line) => ({
      productId: at(this.#products, index * 7 + line * 331).id,
      quantity: 1 + ((index + line) % 3),
    }));
  }

  async #order(index: number): Promise<{ id: string; customer: Customer }> {
    const customer = at(this.#customers, index);
    const items = this.#lines(index, 2);
    const order = await this.#post("order", "/orders", { userId: customer.id, items }, customer.token);
    const prices = new Map(this.#products.map(({ id, price }) => [id, price]));
    const due = items.reduce((sum, { productId, quantity }) => sum + quantity * (prices.get(productId) ?? 0), 0);
    if (order["totalAmount"] !== due || order["status"] !== "pending")
      throw new Error(`${this.#stack.name} made a wrong order: ${JSON.stringify(order)}`);
    return { id: textOf(order, "id"), customer };
  }

  async #post(role: Role, path: string, body: unknown, token = ""): Promise<Record<string, unknown>> {
    const response = await fetch(this.#stack.urls[role] + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...(token === "" ? {} : { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`${this.#stack.name}: POST ${path} gave ${response.status}: ${text.slice(0, 300)}`);
    return JSON.parse(text) as Record<string, unknown>;
  }
}

/** Makes `count` things, 16 at a time, in order. */
async function many<Value>(count: number, make: (index: number) => Promise<Value>): Promise<readonly Value[]> {
  const made: Value[] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < count; index = next++) made[index] = await make(index);
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  return made;
}

/** The value at an index that goes round. @throws Error when there is none */
export function at<Value>(values: readonly Value[], index: number): Value {
  const value = values[index % values.length];
  if (value === undefined) throw new Error("nothing was made yet");
  return value;
}

function textOf(answer: Record<string, unknown>, field: string): string {
  const value = answer[field];
  if (typeof value !== "string") throw new Error(`an answer has no ${field}: ${JSON.stringify(answer)}`);
  return value;
}
