import type { Client } from "@pos/client";
import type { Io } from "../io.ts";
import { formatNames } from "../output/printer.ts";
import { Talk } from "../output/talk.ts";
import { styleOf } from "../output/style.ts";
import { readUserConfig } from "../session/config-files.ts";
import { Session } from "../session/session.ts";
import { DEFAULT_PROFILE, readSettings } from "../session/settings.ts";
import type { Candidate } from "./candidate.ts";
import type { Line, Wanted } from "./line.ts";

/** A person waits at the keyboard: after so long, in milliseconds, nothing is offered. */
const ASK_MAX_MS = 1000;
const ASKED_MAX = 200;

const orderStatuses = ["pending", "processing", "completed", "cancelled"];
const isFileOption = /^--(?:file|env-file|data-dir|directory|out)$/;
const isFileArgument = /^(?:path|directory|file)$/;

type Asked = Extract<Wanted, { kind: "value" | "argument" }>;
type Source = (tools: { io: Io; line: Line }) => Promise<readonly Candidate[]> | readonly Candidate[];

const words = (values: readonly string[]): readonly Candidate[] => values.map((value) => ({ value }));

/** Values of options: of every command, or of one. */
const ofOption: Readonly<Record<string, Source>> = {
  "--profile": ({ io }) => profiles(io),
  "--status": () => words(orderStatuses),
  "--item": async (tools) => (await products(tools)).map((product) => ({ ...product, isOpen: true })),
  "products list --name": products,
  "--user": users,
  "login --email": users,
  "--role": () => words(["customer", "admin"]),
};

/** Values of positional arguments, by their name in the usage. */
const ofArgument: Readonly<Record<string, Source>> = {
  product: products,
  user: users,
  status: () => words(orderStatuses.slice(1)),
  role: () => words(["customer", "admin"]),
  order: orders,
};

/** The values that fit an option or an argument. */
export async function valuesOf(wanted: Asked, line: Line, io: Io): Promise<readonly Candidate[] | "files"> {
  const tools = { io, line };
  if (wanted.kind === "value") {
    const { names, choices } = wanted.option;
    const name = names.at(-1) ?? "";
    if (choices.length > 0) return words(choices);
    if (name === "--output")
      return [
        ...formatNames.map((value) => ({ value, isOpen: value.endsWith("=") })),
        ...words(wanted.verb?.formats ?? []),
      ];
    if (isFileOption.test(name)) return "files";
    const source = ofOption[[...(wanted.verb?.words ?? []), name].join(" ")] ?? ofOption[name];
    return (await source?.(tools)) ?? [];
  }
  const { verb, index, earlier } = wanted;
  const argument = verb.arguments[index] ?? verb.arguments.findLast(({ isMany }) => isMany);
  if (argument === undefined) return [];
  const { name, choices } = argument;
  if (choices.length > 0) return words(choices);
  if (isFileArgument.test(name) && verb.words[0] !== "api") return "files";
  const found = (await sourceOf(name, verb.words[0] ?? "")?.(tools)) ?? [];
  return argument.isMany ? found.filter(({ value }) => !earlier.includes(value)) : found;
}

function sourceOf(argument: string, noun: string): Source | undefined {
  if (noun === "profile") return ({ io }) => profiles(io);
  if (noun === "orders" && argument === "id") return orders;
  return ofArgument[argument];
}

async function profiles(io: Io): Promise<readonly Candidate[]> {
  const { profiles } = await readUserConfig(io.env);
  return [...new Set([DEFAULT_PROFILE, ...Object.keys(profiles)])].map((value) => {
    const about = profiles[value]?.userUrl;
    return { value, ...(about === undefined ? {} : { about }) };
  });
}

async function products(tools: { io: Io; line: Line }): Promise<readonly Candidate[]> {
  const client = await quietClient(tools);
  const { products } = await client.products.list({ limit: ASKED_MAX });
  const byId = /^[0-9a-f]{4,}$/i.test(tools.line.typed);
  return products.map(({ id, name, price, stock }) => ({
    value: byId ? id : name,
    about: `${byId ? `${name}, ` : ""}price ${price}, stock ${stock}`,
  }));
}

async function users(tools: { io: Io; line: Line }): Promise<readonly Candidate[]> {
  const client = await quietClient(tools);
  const { typed } = tools.line;
  const byId = /^[0-9a-f]{4,}$/i.test(typed);
  const search = byId || typed === "" ? {} : { search: typed };
  const { users } = await client.users.list({ limit: ASKED_MAX, ...search });
  return [
    ...users.map(({ email, name }) => ({ value: email, about: name })),
    ...(byId ? users.map(({ id, email }) => ({ value: id, about: email })) : []),
  ];
}

async function orders(tools: { io: Io; line: Line }): Promise<readonly Candidate[]> {
  const { session, client } = await quietSession(tools);
  const page = { limit: ASKED_MAX };
  const isAdmin = await session.isAdmin();
  const { orders } = isAdmin
    ? await client.orders.list(page)
    : await client.orders.listOfUser(await session.userId(), page);
  return orders.map(({ id, status, totalAmount, items }) => ({
    value: id,
    about: `${status}, ${totalAmount}: ${items.map(({ productName }) => productName).join(", ")}`.slice(0, 80),
  }));
}

const quietClient = async (tools: { io: Io; line: Line }): Promise<Client> => (await quietSession(tools)).client;

/** As whom and where the finished command would ask; nothing is said. */
async function quietSession({ io, line }: { io: Io; line: Line }): Promise<{ session: Session; client: Client }> {
  const { given } = line;
  const option = (flag: string, name: string) => {
    const value = given.get(flag);
    return value === undefined ? {} : { [name]: value };
  };
  const settings = await readSettings(io, {
    ...option("--profile", "profile"),
    ...option("--user-url", "userUrl"),
    ...option("--product-url", "productUrl"),
    ...option("--order-url", "orderUrl"),
  });
  const silent: Io = { ...io, stderr: { write: () => undefined, isTty: false, columns: 80 } };
  const talk = new Talk(silent, { style: styleOf(silent.stderr, io.env, "never"), isQuiet: true });
  const session = new Session({ io: silent, talk, settings, timeoutMs: ASK_MAX_MS, isDebug: false });
  return { session, client: await session.client() };
}
