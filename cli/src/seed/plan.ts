import { isObject } from "../files.ts";

/** What a seed makes. */
export interface SeedPlan {
  readonly users: readonly { readonly email: string; readonly name: string; readonly password: string }[];
  readonly products: readonly {
    readonly name: string;
    readonly description: string;
    readonly price: number;
    readonly stock: number;
  }[];
  /** Orders name their user by e-mail address and their products by name. */
  readonly orders: readonly {
    readonly key: string;
    readonly user: string;
    readonly items: readonly { readonly product: string; readonly quantity: number }[];
  }[];
}

/** Everybody may know it: demo users protect nothing. */
const DEMO_PASSWORD = "demo password";
const names = [
  "Ada Lovelace",
  "Grace Hopper",
  "Alan Turing",
  "Katherine Johnson",
  "Edsger Dijkstra",
  "Barbara Liskov",
  "Tony Hoare",
  "Radia Perlman",
  "Donald Knuth",
  "Frances Allen",
  "山田 太郎",
  "Zoë Núñez",
];
/** Each with a price around which its demo price lies. */
const goods: readonly (readonly [name: string, price: number])[] = [
  ["Keyboard", 90],
  ["Mouse", 40],
  ["Monitor", 280],
  ["Desk lamp", 45],
  ["Headphones", 120],
  ["Webcam", 70],
  ["Notebook", 8],
  ["Fountain pen", 35],
  ["Coffee mug", 12],
  ["Backpack", 80],
  ["USB cable", 9],
  ["Standing desk", 420],
  ["Office chair", 310],
  ["Whiteboard", 60],
  ["Desk mat", 20],
  ["Speaker", 150],
];
const makes = ["", "Compact", "Large", "Walnut", "Silent", "Travel", "Studio", "Classic"];

/** A plan from numbers alone: the same numbers make the same plan, and more of a kind only adds to it. */
export function makePlan(wish: { users: number; products: number; orders: number; seed: number }): SeedPlan {
  const users = Array.from({ length: wish.users }, (_, index) => {
    const name = names[index % names.length] ?? "";
    return { email: `demo-${index + 1}@example.com`, name, password: DEMO_PASSWORD };
  });
  const products = Array.from({ length: wish.products }, (_, index) => {
    const random = randomOf(wish.seed, 1, index);
    const make = makes[Math.floor(index / goods.length) % makes.length] ?? "";
    const round = Math.floor(index / (goods.length * makes.length));
    const [good, around] = goods[index % goods.length] ?? ["Thing", 10];
    const name = `${make} ${good}${round === 0 ? "" : ` ${round + 1}`}`.trim();
    const price = Math.round(around * (75 + random() * 50)) / 100;
    return { name, description: `${name} of the demo catalogue`, price, stock: 50 + Math.floor(random() * 950) };
  });
  return {
    users,
    products,
    orders: users.length === 0 || products.length === 0 ? [] : makeOrders(wish, users, products),
  };
}

function makeOrders(
  wish: { orders: number; seed: number },
  users: SeedPlan["users"],
  products: SeedPlan["products"],
): SeedPlan["orders"] {
  return Array.from({ length: wish.orders }, (_, index) => {
    const random = randomOf(wish.seed, 2, index);
    const pick = <Item>(from: readonly Item[]): Item => from[Math.floor(random() * from.length)] as Item;
    const { email } = pick(users);
    const chosen = new Set(Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(products).name));
    const items = [...chosen].map((product) => ({ product, quantity: 1 + Math.floor(random() * 3) }));
    return { key: `seed-${wish.seed}-${index + 1}`, user: email, items };
  });
}

/** mulberry32 over a hash of the three numbers: small, and the same everywhere. */
function randomOf(seed: number, kind: number, index: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(kind, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Reads a plan that somebody wrote. @throws Error that names the first field or name that is wrong */
export function parsePlan(value: unknown): SeedPlan {
  if (!isObject(value)) throw new Error("it must be an object with users, products and orders");
  const other = Object.keys(value).find((field) => !["users", "products", "orders"].includes(field));
  if (other !== undefined) throw new Error(`"${other}" is not a field of it, only users, products and orders`);
  const users = listOf(value, "users", { email: "string", name: "string", password: "string" });
  const products = listOf(value, "products", { name: "string", price: "number", stock: "number" });
  const orders = listOf(value, "orders", { key: "string", user: "string" });
  for (const [index, order] of orders.entries())
    listOf(order, "items", { product: "string", quantity: "number" }, `orders[${index}].`);
  const plan = {
    users: users as unknown as SeedPlan["users"],
    products: products.map((product) => ({ description: "", ...product })) as unknown as SeedPlan["products"],
    orders: orders as unknown as SeedPlan["orders"],
  };
  refuseStrangers(plan);
  return plan;
}

/** An order of what the plan does not make would end a seed half way. */
function refuseStrangers({ users, products, orders }: SeedPlan): void {
  const emails = new Set(users.map(({ email }) => email));
  const names = new Set(products.map(({ name }) => name));
  for (const [index, { user, items }] of orders.entries()) {
    if (!emails.has(user)) throw new Error(`orders[${index}] names user "${user}", which is not among its users`);
    const stranger = items.find(({ product }) => !names.has(product));
    if (stranger !== undefined)
      throw new Error(`orders[${index}] names product "${stranger.product}", which is not among its products`);
  }
}

function listOf(
  object: Readonly<Record<string, unknown>>,
  field: string,
  types: Readonly<Record<string, "string" | "number">>,
  prefix = "",
): readonly Readonly<Record<string, unknown>>[] {
  const list = object[field] ?? [];
  if (!Array.isArray(list)) throw new Error(`${prefix}${field} must be a list`);
  return list.map((item: unknown, index) => {
    if (!isObject(item)) throw new Error(`${prefix}${field}[${index}] must be an object`);
    for (const [name, type] of Object.entries(types)) {
      if (typeof item[name] !== type) throw new Error(`${prefix}${field}[${index}].${name} must be a ${type}`);
    }
    return item;
  });
}
