import type { Command } from "commander";
import { CliError, messageOf, usageError } from "../errors.ts";
import { readJsonInput } from "../files.ts";
import { interruptible } from "../interruptible.ts";
import { readInteger } from "../numbers.ts";
import type { Printer, View } from "../output/printer.ts";
import { count } from "../output/text.ts";
import { applySeed, type SeedResult } from "../seed/apply.ts";
import { makePlan, parsePlan, type SeedPlan } from "../seed/plan.ts";
import type { Tools } from "../tools.ts";
import type { Verb } from "../verb.ts";

interface SeedOptions {
  readonly users?: string;
  readonly products?: string;
  readonly orders?: string;
  readonly seed?: string;
  readonly file?: string;
  readonly dryRun?: boolean;
}

const DEFAULTS = { users: 5, products: 12, orders: 20, seed: 42 };
const MAX = 10_000;

export const seedVerb: Verb<SeedOptions> = {
  usage: "seed",
  summary: "Create demo users, products and orders",
  description: `Creates demo users, products and orders. The same --seed always creates the same data. What exists already is left
alone: users are recognized by e-mail address, products by name, orders by Idempotency-Key. All demo users share one
password, which is printed; on a stack that is not on this machine, seed asks first.`,
  examples: [
    "ordersctl seed",
    "ordersctl seed --products 500 --orders 2000 --seed 7",
    "ordersctl seed --dry-run -o json > demo.json && ordersctl seed -f demo.json",
  ],
  configure: (command: Command) =>
    command
      .option("--users <number>", `demo users (default ${DEFAULTS.users})`)
      .option("--products <number>", `products (default ${DEFAULTS.products})`)
      .option("--orders <number>", `orders (default ${DEFAULTS.orders})`)
      .option("--seed <number>", `seed of the random data (default ${DEFAULTS.seed})`)
      .option("-f, --file <path>", "read users, products and orders from a JSON file; - is standard input")
      .option("--dry-run", "print what would be created"),
  run: runSeed,
};

async function runSeed(options: SeedOptions, tools: Tools): Promise<void> {
  const { printer, talk, session } = tools;
  const plan = options.file === undefined ? planFrom(options) : await readPlan(options.file, tools);
  if (options.dryRun === true) {
    if (printer.format.kind === "name")
      throw usageError(
        "With --dry-run nothing has a name yet: -o name needs a real run.",
        "ordersctl seed --dry-run -o json",
      );
    if (!isWithoutData(printer)) return printer.one(plan, view);
    return talk.say(`Would create ${describe(plan)}. Nothing was created (--dry-run).`);
  }
  const host = new URL(session.urls.userUrl).hostname;
  if (!["127.0.0.1", "localhost", "[::1]"].includes(host)) {
    await tools.confirm(`Create demo users with a well-known password at ${host}?`);
  }
  if (!(await session.isAdmin())) {
    throw new CliError("Only an administrator can seed.", {
      exit: "SIGN_IN",
      tries: ["ordersctl whoami", "ordersctl login"],
    });
  }
  const result = await interruptible(tools.io, (signal) => applySeed(plan, tools, signal));
  report(plan, result, tools);
}

function report({ users, orders }: SeedPlan, { names, ...counts }: SeedResult, { talk, printer }: Tools): void {
  const { made, present, refused } = counts;
  const line = (noun: "user" | "product" | "order") =>
    `${count(made[noun], noun)} created, ${present[noun]} already there`;
  talk.done(`${line("user")}   ${line("product")}   ${line("order")}`);
  if (refused > 0) talk.warn(`${count(refused, "order")} refused for insufficient stock`);
  const [first] = users;
  if (first !== undefined) talk.say(`Sign in as ${first.email}, password "${first.password}"`);
  if (orders.length > 0) talk.hint("Next: ordersctl orders list   or   ordersctl products list");
  if (printer.format.kind === "name") for (const name of names) printer.text(`${name}\n`);
  else if (!isWithoutData(printer)) printer.one(counts, view);
}

/** Of several kinds, ids alone would tell nobody anything. */
const isWithoutData = ({ isForPeople, format }: Printer): boolean => isForPeople || format.kind === "quiet";

const view: View<unknown> = { kind: "seed", id: () => "seed", columns: [] };

const describe = ({ users, products, orders }: SeedPlan): string =>
  `${count(users.length, "user")}, ${count(products.length, "product")} and ${count(orders.length, "order")}`;

function planFrom(options: SeedOptions): SeedPlan {
  const read = (name: keyof typeof DEFAULTS): number => {
    const maximum = name === "seed" ? Number.MAX_SAFE_INTEGER : MAX;
    return readInteger(`--${name}`, options[name] ?? String(DEFAULTS[name]), { minimum: 0, maximum });
  };
  return makePlan({ users: read("users"), products: read("products"), orders: read("orders"), seed: read("seed") });
}

async function readPlan(path: string, { io }: Tools): Promise<SeedPlan> {
  const value = await readJsonInput(path, io.stdin);
  try {
    return parsePlan(value);
  } catch (error) {
    throw usageError(
      `${path === "-" ? "Standard input" : path} is not seed data: ${messageOf(error)}`,
      "ordersctl seed --dry-run -o json   (prints one)",
    );
  }
}
