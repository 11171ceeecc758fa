import { join } from "node:path";
import { grow, SAMPLE } from "./bulk.ts";
import { type Load, load, writeRequests } from "../load.ts";
import { type MeasuredStack, withMeasuredStack } from "../measured-stack.ts";
import { meanBetween, readMetrics } from "../metrics.ts";
import type { Say } from "../program.ts";
import { byRole, type RunningStack } from "../running-stack.ts";
import { type PlannedRequest, Shop } from "../shop.ts";
import { ROLES } from "../stacks.ts";

/** What is measured of how cost grows. */
export interface ScaleOptions {
  readonly few: { readonly products: number; readonly orders: number };
  readonly many: { readonly products: number; readonly orders: number };
  readonly connections: readonly number[];
  readonly seconds: number;
}

/** One kind of request with little and with much in the databases. */
export interface Grown {
  readonly title: string;
  readonly few: Load;
  readonly many: Load;
}

/** Placements under one number of connections. Times in milliseconds, memory in MiB. */
export interface Concurrency {
  readonly connections: number;
  readonly load: Load;
  readonly batchSize: number;
  readonly waitMs: number;
  readonly flushMs: number;
  readonly rss: Readonly<Record<string, number>>;
}

/** One kind of request against one set of services and against two. */
export interface Replicated {
  readonly title: string;
  readonly one: Load;
  readonly two: Load;
}

/** What a run found. */
export interface Scale {
  readonly options: ScaleOptions;
  readonly grown: readonly Grown[];
  readonly concurrency: readonly Concurrency[];
  readonly replicated: readonly Replicated[];
}

const CONNECTIONS = 32;
const WARM_SECONDS = 2;
/**
 * Of how many the reads by id go round: the first two are remembered decoded, the last (all of the sample) is three
 * times what there is room for.
 */
const ROUNDS_OF = [2000, 20_000, SAMPLE] as const;
/** Of what is compared with little and with much data. */
export const ROUNDS = 3;
/** Ten orders each, while there are few. */
const CUSTOMERS = 100;

/** Measures how the cost of a request grows with the data, the connections and the replicas. */
export async function scale(options: ScaleOptions, say: Say): Promise<Scale> {
  const alone = await withMeasuredStack(1, async (stack) => {
    const shop = await filled(stack.replicas[0], options);
    const concurrency = await underConnections(stack, shop, { options, say });
    return { concurrency, grown: await withData(stack, shop, { options, say }) };
  });
  const replicated = await withMeasuredStack(2, async (stack) =>
    withReplicas(stack, await filled(stack.replicas[0], options), { options, say }),
  );
  return { options, ...alone, replicated };
}

/** What every part of a run is told. */
interface Part {
  readonly options: ScaleOptions;
  readonly say: Say;
}

async function filled(stack: RunningStack, { few }: ScaleOptions): Promise<Shop> {
  const shop = new Shop(stack);
  await shop.populate({ users: CUSTOMERS, ...few });
  return shop;
}

/** In turns within each round, so that both see the machine as it is at that time. */
async function withData(stack: MeasuredStack, shop: Shop, { options, say }: Part): Promise<readonly Grown[]> {
  const { many, seconds } = options;
  const beside = await stack.startBeside();
  const small = await filled(beside, options);
  say(`adding ${many.products.toLocaleString("en-US")} products and ${many.orders.toLocaleString("en-US")} orders`);
  const customerId = shop.customerIds[0] ?? "";
  shop.turnTo(
    await grow({ product: stack.mongoUri("product"), order: stack.mongoUri("order") }, { ...many, customerId }),
  );
  for (const each of [small, shop]) await each.signIn();
  const loads = new Map<string, { few: Load[]; many: Load[] }>();
  for (let round = 1; round <= ROUNDS; round++) {
    const others = new Map(kinds(small, readsOfMany));
    for (const [title, requests] of kinds(shop, readsOfMany)) {
      const measured = loads.get(title) ?? { few: [], many: [] };
      loads.set(title, measured);
      const plan = { seconds, connections: CONNECTIONS };
      measured.few.push(await measure(stack, [beside], { ...plan, requests: others.get(title) ?? [] }));
      measured.many.push(await measure(stack, stack.replicas, { ...plan, requests }));
      const [costFew, costMany] = [measured.few, measured.many].map((each) => cpuOf(middle(each)).toFixed(3));
      say(`round ${round}, ${title}: ${costFew} and ${costMany} ms CPU`);
    }
  }
  return [...loads].map(([title, each]) => ({ title, few: middle(each.few), many: middle(each.many) }));
}

/** The load of middle cost. */
function middle(loads: readonly Load[]): Load {
  const found = loads.toSorted((a, b) => cpuOf(a) - cpuOf(b))[loads.length >> 1];
  if (found === undefined) throw new RangeError("nothing was measured");
  return found;
}

/** Every so many-th value, so that `count` are left. */
const spread = <Value>(values: readonly Value[], count: number): readonly Value[] =>
  values.filter((_value, index) => index % Math.ceil(values.length / count) === 0);

type Kind = readonly [title: string, requests: readonly PlannedRequest[]];

const kinds = (shop: Shop, reads: (title: string, requests: readonly PlannedRequest[]) => readonly Kind[]): Kind[] => [
  ...reads("GET product by id", shop.requests("get-product")),
  ["list of 20 products", shop.requests("list-20")],
  ...reads("GET order by id", shop.requests("get-order")),
  ["list of 20 orders of one user", shop.orderLists(0)],
  ["place an order, 1 line", shop.requests("order-1")],
  ["place an order, 3 lines", shop.requests("order-3")],
];

const readsOfMany = (title: string, requests: readonly PlannedRequest[]): readonly Kind[] =>
  ROUNDS_OF.map((count) => [`${title}, ${count.toLocaleString("en-US")} of them`, spread(requests, count)]);

async function underConnections(stack: MeasuredStack, shop: Shop, { options, say }: Part) {
  const { connections, seconds } = options;
  const [replica] = stack.replicas;
  const rows: Concurrency[] = [];
  for (const count of connections) {
    const read = () => readMetrics(replica.urls.product, shop.adminToken);
    const before = await read();
    const measured = await measure(stack, stack.replicas, {
      requests: shop.requests("order-1"),
      seconds,
      connections: count,
    });
    const after = await read();
    rows.push({
      connections: count,
      load: measured,
      batchSize: meanBetween(before, after, "group_commit_batch_size"),
      waitMs: meanBetween(before, after, "group_commit_wait_seconds") * 1000,
      flushMs: meanBetween(before, after, "group_commit_flush_seconds") * 1000,
      rss: replica.rssMebibytes(),
    });
    say(`${count} connections: ${Math.round(measured.perSecond)}/s, p50 ${measured.p50Ms} ms`);
  }
  return rows;
}

async function withReplicas(stack: MeasuredStack, shop: Shop, { options: { seconds }, say }: Part) {
  const [first, ...others] = stack.replicas;
  const rows: Replicated[] = [];
  for (const [title, requests] of [
    ...kinds(shop, (...read) => [read]),
    ["place an order, one hot product", shop.requests("order-hot")] as const,
  ]) {
    const shared = others.reduce(
      (all, other) => all.flatMap((request, index) => (index % 2 === 0 ? [request] : [toward(other, first, request)])),
      [...requests, ...requests],
    );
    const one = await measure(stack, stack.replicas, { requests, seconds, connections: CONNECTIONS });
    const two = await measure(stack, stack.replicas, { requests: shared, seconds, connections: CONNECTIONS });
    say(`${title}: one set ${cpuOf(one).toFixed(3)} ms CPU, two sets ${cpuOf(two).toFixed(3)} ms`);
    rows.push({ title, one, two });
  }
  return rows;
}

/** The same request to another replica. */
function toward(other: RunningStack, first: RunningStack, request: PlannedRequest): PlannedRequest {
  const pairs = ROLES.map((role) => [first.urls[role], other.urls[role]] as const);
  return { ...request, url: pairs.reduce((url, [from, to]) => url.replace(`${from}/`, `${to}/`), request.url) };
}

interface Plan {
  readonly requests: readonly PlannedRequest[];
  readonly connections: number;
  readonly seconds: number;
}

async function measure(
  { folder, mongodPid }: MeasuredStack,
  replicas: readonly RunningStack[],
  { requests, connections, seconds }: Plan,
): Promise<Load> {
  const requestsPath = join(folder, "scale.jsonl");
  await writeRequests(requestsPath, requests);
  const all = {
    cpuSeconds: () => byRole((role) => replicas.reduce((sum, replica) => sum + (replica.cpuSeconds()[role] ?? 0), 0)),
  };
  const plan = { requestsPath, connections, ratePerSecond: 0 };
  await load(all, mongodPid, { ...plan, seconds: WARM_SECONDS });
  const measured = await load(all, mongodPid, { ...plan, seconds });
  // A refusal is quick and cheap: it would pass for a good figure.
  if (measured.failures > 0) throw new Error(`${measured.failures} of ${measured.requests} requests failed`);
  return measured;
}

/** Processor time of one request in services and mongod, in milliseconds. */
export const cpuOf = ({ servicesCpuMs, mongodCpuMs }: Load): number => servicesCpuMs + mongodCpuMs;
