import { createClient } from "@pos/client";
import { ApiError } from "@pos/client/errors";

/** What a burst of placements is made of. */
export interface Burst {
  readonly urls: { readonly user: string; readonly product: string; readonly order: string };
  readonly customers: readonly { readonly id: string; readonly token: string }[];
  readonly productId: string;
  /** Placements in all, and how many at the same time. */
  readonly placements: number;
  readonly inFlight: number;
}

/** How a burst was answered. */
export interface BurstResult {
  readonly orderIds: readonly string[];
  /** Other answers with how often each came; 503 only where it came each time. */
  readonly refusals: Readonly<Record<string, number>>;
}

const TIMEOUT_MS = 30_000;
/** How often a placement is asked for that came too late on a busy machine, a second apart. */
const TRIES_MAX = 60;

/**
 * Places orders of one unit from a process of its own: a Bun process has 256 requests under way at most, and services
 * that share it with their callers would wait for each other.
 */
export async function burst(options: Burst): Promise<BurstResult> {
  const child = Bun.spawn([process.execPath, import.meta.path], {
    stdin: new Blob([JSON.stringify(options)]),
    stdout: "pipe",
    stderr: "inherit",
  });
  const [text, code] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  if (code !== 0) throw new Error(`the load ended with ${code}`);
  return JSON.parse(text) as BurstResult;
}

async function place({ urls, customers, productId, placements, inFlight }: Burst): Promise<BurstResult> {
  const clients = customers.map(({ id, token }) => ({
    id,
    client: createClient({ userUrl: urls.user, productUrl: urls.product, orderUrl: urls.order, token: () => token }),
  }));
  const orderIds: string[] = [];
  const refusals: Record<string, number> = {};
  let next = 0;
  const shop = async () => {
    while (next < placements) {
      const number = next++;
      const customer = clients[number % clients.length];
      if (customer === undefined) return;
      const body = { userId: customer.id, items: [{ productId, quantity: 1 }] };
      const options = { idempotencyKey: `burst-${number}`, timeoutMs: TIMEOUT_MS };
      try {
        orderIds.push(await untilKnown(async () => (await customer.client.orders.place(body, options)).order.id));
      } catch (error) {
        const answer = error instanceof ApiError ? `${error.status} ${error.code}` : String(error);
        refusals[answer] = (refusals[answer] ?? 0) + 1;
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, shop));
  return { orderIds, refusals };
}

/** 503 says that nobody knows whether it happened: the same key asks again. */
async function untilKnown<Value>(ask: () => Promise<Value>): Promise<Value> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 503) || tries === TRIES_MAX) throw error;
      await Bun.sleep(1000);
    }
  }
}

if (import.meta.main) console.log(JSON.stringify(await place((await Bun.stdin.json()) as Burst)));
