import type { Client } from "@pos/client";
import { CliError } from "../errors.ts";
import type { Tools } from "../tools.ts";
import type { SeedPlan } from "./plan.ts";

type Kind = "user" | "product" | "order";

/** What a seed came to. */
export interface SeedResult {
  readonly made: Record<Kind, number>;
  readonly present: Record<Kind, number>;
  /** Orders for which the stock was too short. */
  readonly refused: number;
  /** What was made or is there, in the order of the plan, as `order/<id>`; orders whose key names another are left out. */
  readonly names: readonly string[];
}

/** Requests under way at once: quick, and still far from what the services shed. */
const CONCURRENCY = 8;

/** Makes what is missing. It may be interrupted and run again. @throws the signal's reason when it is aborted */
export async function applySeed(plan: SeedPlan, tools: Tools, signal: AbortSignal): Promise<SeedResult> {
  const client = await tools.session.client();
  const result = {
    made: { user: 0, product: 0, order: 0 },
    present: { user: 0, product: 0, order: 0 },
    refused: 0,
  };
  const userIds = await seedUsers(plan.users, { client, result, tools, signal });
  const productIds = await seedProducts(plan.products, { client, result, tools, signal });
  const orderIds = await seedOrders(plan.orders, { client, result, tools, signal, userIds, productIds });
  return {
    ...result,
    names: [
      ...namesOf(
        "user",
        plan.users.map(({ email }) => userIds.get(email)),
      ),
      ...namesOf(
        "product",
        plan.products.map(({ name }) => productIds.get(name)),
      ),
      ...namesOf(
        "order",
        plan.orders.map(({ key }) => orderIds.get(key)),
      ),
    ],
  };
}

const namesOf = (kind: Kind, ids: readonly (string | undefined)[]): readonly string[] =>
  ids.flatMap((id) => (id === undefined ? [] : [`${kind}/${id}`]));

interface Work {
  readonly client: Client;
  readonly result: { made: Record<Kind, number>; present: Record<Kind, number>; refused: number };
  readonly tools: Tools;
  readonly signal: AbortSignal;
}

async function seedUsers(
  users: SeedPlan["users"],
  { client, result, tools, signal }: Work,
): Promise<Map<string, string>> {
  const { ApiError } = await import("@pos/client/errors");
  const ids = new Map<string, string>();
  await inParallel("users", users, { tools, signal }, async (user) => {
    try {
      ids.set(user.email, (await client.users.create(user)).id);
      result.made.user++;
    } catch (error) {
      // One who is there already may have a password that is refused by now.
      const isKnown = error instanceof ApiError && ["EMAIL_TAKEN", "VALIDATION_ERROR"].includes(error.code);
      if (!isKnown) throw error;
      const id = await idOfEmail(client, user.email);
      if (id === undefined) throw new CliError(`${user.email}: ${error.message}`, { cause: error });
      ids.set(user.email, id);
      result.present.user++;
    }
  });
  return ids;
}

async function idOfEmail(client: Client, email: string): Promise<string | undefined> {
  const { users } = await client.users.list({ search: email, limit: 1000 });
  return users.find((user) => user.email.toLowerCase() === email.toLowerCase())?.id;
}

async function seedProducts(
  products: SeedPlan["products"],
  { client, result, tools, signal }: Work,
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  await inParallel("products", products, { tools, signal }, async (product) => {
    const [known] = (await client.products.list({ name: product.name, limit: 1 })).products;
    ids.set(product.name, known?.id ?? (await client.products.create(product)).id);
    if (known === undefined) result.made.product++;
    else result.present.product++;
  });
  return ids;
}

async function seedOrders(
  orders: SeedPlan["orders"],
  {
    client,
    result,
    tools,
    signal,
    userIds,
    productIds,
  }: Work & { userIds: ReadonlyMap<string, string>; productIds: ReadonlyMap<string, string> },
): Promise<Map<string, string>> {
  const { ApiError } = await import("@pos/client/errors");
  const orderIds = new Map<string, string>();
  const idOf = (ids: ReadonlyMap<string, string>, name: string): string => {
    const id = ids.get(name);
    if (id === undefined) throw new Error(`the plan does not make "${name}"`);
    return id;
  };
  await inParallel("orders", orders, { tools, signal }, async ({ key, user, items }) => {
    const body = {
      userId: idOf(userIds, user),
      items: items.map(({ product, quantity }) => ({ productId: idOf(productIds, product), quantity })),
    };
    try {
      const { order, isReplayed } = await client.orders.place(body, { idempotencyKey: key });
      orderIds.set(key, order.id);
      if (isReplayed) result.present.order++;
      else result.made.order++;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // A namesake of its user or of a product came since: the order of this key is there, and is left alone.
      if (error.code === "IDEMPOTENCY_KEY_REUSED") result.present.order++;
      else if (error.code === "INSUFFICIENT_STOCK") result.refused++;
      else throw error;
    }
  });
  return orderIds;
}

async function inParallel<Item>(
  label: string,
  items: readonly Item[],
  { tools, signal }: Pick<Work, "tools" | "signal">,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const progress = tools.talk.progress(label, items.length);
  let next = 0;
  let done = 0;
  const worker = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) {
      signal.throwIfAborted();
      await work(item);
      progress.update(++done);
    }
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  } finally {
    progress.end();
  }
}
