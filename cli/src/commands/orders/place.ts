import type { Order } from "@pos/contracts/orders";
import type { Product } from "@pos/contracts/products";
import type { Command } from "commander";
import { usageError } from "../../errors.ts";
import { isObject, type JsonObject, readJsonInput } from "../../files.ts";
import { repeated } from "../../global-options.ts";
import { findProduct, idempotencyKeyOf, parseItem, type TypedItem } from "../../items.ts";
import { orderView } from "../../resources/orders.ts";
import { money } from "../../resources/products.ts";
import type { Tools } from "../../tools.ts";
import { untilAnswered } from "../../until-answered.ts";
import { userIdOf } from "../../users.ts";
import type { Verb } from "../../verb.ts";

interface PlaceOptions {
  readonly item?: readonly string[];
  readonly user?: string;
  readonly file?: string;
  readonly idempotencyKey?: string;
  readonly dryRun?: boolean;
}

const FORM = 'it is {"items": [{"product": id or name, "quantity": whole number}]}';

export const placeVerb: Verb<PlaceOptions> = {
  usage: "place",
  summary: "Place an order",
  description: `Places an order for the signed-in user, or for --user. Products are given by id or exact name.
It always sends an Idempotency-Key (a random one, unless you pass one), so it can retry after a lost answer without
placing a second order.`,
  examples: [
    'ordersctl orders place --item "Keyboard=2" --item "Mouse"',
    "ordersctl orders place --item 65f1c0ffee0123456789abcd=1 --idempotency-key cart-7",
    'echo \'{"items":[{"product":"Keyboard","quantity":2}]}\' | ordersctl orders place -f -',
  ],
  configure: (command: Command) =>
    command
      .option("--item <product[=quantity]>", "product and quantity; repeatable", repeated)
      .option("--user <user>", "place the order for this user, by id or e-mail address (administrators)")
      .option("-f, --file <path>", "read {items:[{product, quantity}]} from a JSON file; - is standard input")
      .option("--idempotency-key <key>", "the same key never places a second order")
      .option("--dry-run", "show what would be ordered"),
  run: placeOrder,
};

async function placeOrder(options: PlaceOptions, tools: Tools): Promise<void> {
  const { session, printer, talk } = tools;
  const key = idempotencyKeyOf(options.idempotencyKey);
  const typed = [
    ...(options.item ?? []).map(parseItem),
    ...(options.file === undefined ? [] : await readItems(options.file, tools)),
  ];
  if (typed.length === 0)
    throw usageError("An order needs at least one item.", 'ordersctl orders place --item "Keyboard=2"');
  const client = await session.client();
  const userId = options.user === undefined ? await session.userId() : await userIdOf(client, options.user);
  const lines = await Promise.all(
    typed.map(async ({ product, quantity }) => ({ product: await findProduct(client, product), quantity })),
  );
  if (options.dryRun === true) {
    for (const { product, quantity } of lines)
      talk.say(`${quantity} × ${product.name} at ${money(product.price)}, ${product.stock} in stock`);
    return talk.say("Nothing was ordered (--dry-run).");
  }
  const body = { userId, items: lines.map(({ product, quantity }) => ({ productId: product.id, quantity })) };
  const { order, isReplayed } = await untilAnswered(
    () => client.orders.place(body, { idempotencyKey: key }).catch((error: unknown) => rethrowNamed(error, lines)),
    { key, unknown: "It is unknown whether the order was placed", promise: "it cannot create a second order" },
    tools,
  );
  talk.done(
    `order ${order.id} ${isReplayed ? "was already placed" : "placed"}: ${order.status}, total ${money(order.totalAmount)}`,
  );
  if (printer.isForPeople) printer.list<Order>([order], orderView);
  else printer.one(order, orderView);
  talk.hint(`Next: ordersctl orders get ${order.id}`);
}

/** The services name products by their ids alone: which of the items it is, a person sees by its name. */
function rethrowNamed(error: unknown, lines: readonly { readonly product: Product }[]): never {
  if (error instanceof Error)
    for (const { product } of lines) error.message = error.message.replace(product.id, () => `"${product.name}"`);
  throw error;
}

async function readItems(path: string, { io }: Tools): Promise<readonly TypedItem[]> {
  const value = await readJsonInput(path, io.stdin);
  if (!isObject(value) || !Array.isArray(value["items"])) throw usageError(`The input is not an order: ${FORM}.`);
  refuseOthers(value, ["items"]);
  return value["items"].map((item: unknown) => {
    const product = isObject(item) ? (item["product"] ?? item["productId"]) : undefined;
    const quantity = isObject(item) ? (item["quantity"] ?? 1) : undefined;
    if (!isObject(item) || typeof product !== "string" || !isWhole(quantity))
      throw usageError('Each item must be {"product": id or name, "quantity": whole number}.');
    refuseOthers(item, ["product", "productId", "quantity"]);
    return { product, quantity };
  });
}

/** A mistyped quantity would be one piece, another user's order one's own. @throws {CliError} USAGE */
function refuseOthers(given: JsonObject, known: readonly string[]): void {
  const other = Object.keys(given).find((name) => !known.includes(name));
  if (other !== undefined) throw usageError(`"${other}" is not a field of an order: ${FORM}.`);
}

const isWhole = (value: unknown): value is number => typeof value === "number" && Number.isInteger(value) && value > 0;
