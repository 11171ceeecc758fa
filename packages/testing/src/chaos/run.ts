import type { Client } from "@pos/client";
import { temporaryDirectory } from "@pos/local-mongodb/temporary-directory";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Random } from "../simulator/random.ts";
import { Clerk } from "./clerk.ts";
import { type ChaosDatabase, startDatabase } from "./database.ts";
import { drawFaults, Saboteur } from "./faults.ts";
import type { ChaosOptions } from "./options.ts";
import { waitForRest } from "./rest.ts";
import type { ServiceName } from "./service-process.ts";
import { signIn } from "./session.ts";
import { type Customer, Shoppers } from "./shoppers.ts";
import { type ChaosStack, healthy, startStack } from "./stack.ts";
import { judge, type Verdict } from "./verdict.ts";

/** What a run of chaos came to. */
export interface ChaosReport extends Verdict {
  readonly acknowledgedOrders: number;
  readonly retries: number;
  readonly kills: Readonly<Record<ServiceName | "database", number>>;
  /** Answers by status; 0 is no answer. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Longest time without an acknowledged order, in milliseconds. */
  readonly longestFreezeMs: number;
  /** From the end of the faults until nothing waited any more, in milliseconds; undefined when that never came. */
  readonly restMs: number | undefined;
}

const CUSTOMERS = 16;
const PRODUCTS = 12;
const WARM_UP_MS = 2000;
/** Before the faults a slow machine is no failure. */
const SET_UP = { timeoutMs: 30_000 };

/** Starts a stack, breaks it under load, lets it come to rest and judges what is left. Everything it started is ended. */
export async function runChaos(options: ChaosOptions, log: (line: string) => void): Promise<ChaosReport> {
  const directory = await temporaryDirectory("pos-chaos-");
  const logDir = options.logDir ?? join(directory, "logs");
  await mkdir(logDir, { recursive: true });
  const database = await startDatabase(directory, options);
  try {
    const stack = await startStack(database, { logDir, reaperAgeMs: options.reaperAgeMs });
    try {
      return await breakAndJudge({ stack, database, options, logDir, log });
    } finally {
      await stack.stop();
    }
  } finally {
    await database.stop();
  }
}

async function breakAndJudge(parts: {
  stack: ChaosStack;
  database: ChaosDatabase;
  options: ChaosOptions;
  logDir: string;
  log: (line: string) => void;
}): Promise<ChaosReport> {
  const { stack, database, options, logDir, log } = parts;
  const random = new Random(options.seed + 2);
  const admin = stack.as(await signIn(stack, stack.admin));
  const productIds = await createProducts(admin, random);
  const shoppers = new Shoppers({ customers: await createCustomers(stack), productIds, seed: options.seed });
  const clerk = new Clerk({ admin, shoppers, productIds, random });
  const saboteur = new Saboteur(stack, database, options.seed);

  shoppers.start(options.clients);
  clerk.start();
  await Bun.sleep(WARM_UP_MS);
  log(`${shoppers.acknowledged} orders before the first fault`);
  const logWithCount = (line: string) => log(`${String(shoppers.acknowledged).padStart(7)} orders; ${line}`);
  await saboteur.run(drawFaults(options), { orders: () => shoppers.acknowledged, log: logWithCount });
  log("faults stop");
  await clerk.stop();
  await shoppers.stop(options.restMs);

  await healthy(stack, options.restMs);
  const restMs = await waitForRest(admin, options.restMs);
  return {
    acknowledgedOrders: shoppers.acknowledged,
    retries: shoppers.retries,
    kills: saboteur.kills,
    statuses: shoppers.statuses,
    longestFreezeMs: shoppers.longestFreezeMs,
    restMs,
    ...(await judge(admin, shoppers, logDir)),
  };
}

/** Most products never run out; some do at once, so that refusals are part of the load. */
function createProducts(admin: Client, random: Random): Promise<string[]> {
  return Promise.all(
    Array.from({ length: PRODUCTS }, async (_, index) => {
      const price = (1 + random.int(10_000)) / 100;
      const stock = index % 4 === 0 ? 20 + random.int(200) : 1_000_000;
      const { id } = await admin.products.create({ name: `Product ${index}`, description: "", price, stock }, SET_UP);
      return id;
    }),
  );
}

// One after another: hashing their passwords at once would keep each of them waiting.
async function createCustomers(stack: ChaosStack): Promise<Customer[]> {
  const customers: Customer[] = [];
  for (let index = 0; index < CUSTOMERS; index++) {
    const account = { email: `shopper-${index}@example.com`, password: "correct horse battery" };
    const { id } = await stack.as().users.create({ ...account, name: `No. ${index}` }, SET_UP);
    customers.push({ id, client: stack.as(await signIn(stack, account)) });
  }
  return customers;
}
