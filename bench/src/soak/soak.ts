import { join } from "node:path";
import type { Say } from "../program.ts";
import { load, writeRequests } from "../load.ts";
import { type MeasuredStack, withMeasuredStack } from "../measured-stack.ts";
import { readMetrics } from "../metrics.ts";
import { REPOSITORY } from "../paths.ts";
import { type PlannedRequest, Shop } from "../shop.ts";

/** One look at the services. Memory in MiB. */
export interface Sample {
  readonly minute: number;
  readonly rss: Readonly<Record<string, number>>;
  /** Jobs that wait, outbox entries included. */
  readonly waiting: number;
}

/** What a soak came to. */
export interface Soak {
  readonly ratePerSecond: number;
  readonly requests: number;
  readonly failures: number;
  readonly samples: readonly Sample[];
  /** MiB a minute by service, by least squares over the samples after the first five minutes. */
  readonly slopes: Readonly<Record<string, number>>;
  /** Exit code of `ordersctl audit` at the end. */
  readonly auditExitCode: number;
  readonly audit: string;
}

const CONNECTIONS = 32;
const SEGMENT_SECONDS = 60;
const FULL_SECONDS = 10;
const SHARE_OF_FULL_LOAD = 0.6;
const WARM_MINUTES = 5;
/** A line needs two samples after the first five minutes. */
export const MINUTES_MIN = WARM_MINUTES + 2;
/** Of every twenty requests. */
const MIX = { "get-product": 12, "list-20": 2, "get-order": 3, "order-1": 2, "order-3": 1 } as const;

/** Loads the stack at 60 % of what it can do for some minutes, and audits it at the end. */
export function soak(minutes: number, say: Say): Promise<Soak> {
  return withMeasuredStack(1, async (stack) => {
    const [replica] = stack.replicas;
    const shop = new Shop(replica);
    await shop.populate({ users: 10, products: 1000, orders: 200 });
    const requestsPath = join(stack.folder, "soak.jsonl");
    const segment = async (seconds: number, ratePerSecond: number) => {
      // Access tokens end after 15 minutes.
      await shop.signIn();
      await writeRequests(requestsPath, mixed(shop));
      return load(replica, stack.mongodPid, { requestsPath, connections: CONNECTIONS, seconds, ratePerSecond });
    };
    // The first load meets cold services.
    await segment(FULL_SECONDS, 0);
    const { perSecond } = await segment(FULL_SECONDS, 0);
    const ratePerSecond = Math.round(perSecond * SHARE_OF_FULL_LOAD);
    say(`full load ${Math.round(perSecond)}/s, so ${ratePerSecond}/s`);
    const samples: Sample[] = [];
    let requests = 0;
    let failures = 0;
    for (let minute = 1; minute <= minutes; minute++) {
      const minuteLong = await segment(SEGMENT_SECONDS, ratePerSecond);
      requests += minuteLong.requests;
      failures += minuteLong.failures;
      const sample = { minute, rss: replica.rssMebibytes(), waiting: await waiting(stack, shop.adminToken) };
      samples.push(sample);
      say(
        `minute ${minute}: ${JSON.stringify(rounded(sample.rss))} MiB, ${sample.waiting} waiting, ${failures} failures`,
      );
    }
    await shop.signIn();
    const audit = await auditOf(stack, shop.adminToken);
    return { ratePerSecond, requests, failures, samples, slopes: slopesOf(samples), ...audit };
  });
}

/** Requests of all kinds, evenly mixed. */
function mixed(shop: Shop): readonly PlannedRequest[] {
  const streams = Object.entries(MIX).flatMap(([name, share]) => {
    const requests = shop.requests(name as keyof typeof MIX);
    return Array.from({ length: share }, (_, offset) => ({ requests, offset, share }));
  });
  return Array.from({ length: 200 }, (_, round) =>
    streams.flatMap(({ requests, offset, share }) => requests[(round * share + offset) % requests.length] ?? []),
  ).flat();
}

async function waiting({ replicas: [replica] }: MeasuredStack, adminToken: string): Promise<number> {
  const [product, order] = await Promise.all([
    readMetrics(replica.urls.product, adminToken),
    readMetrics(replica.urls.order, adminToken),
  ]);
  return ["reservation_queue_depth", "order_queue_depth", "outbox_pending", "outbox_dead_letters"].reduce(
    (sum, name) => sum + (product.get(name) ?? 0) + (order.get(name) ?? 0),
    0,
  );
}

async function auditOf({ replicas: [{ urls }] }: MeasuredStack, adminToken: string) {
  const addresses = ["--user-url", urls.user, "--product-url", urls.product, "--order-url", urls.order];
  const audit = Bun.spawn([process.execPath, "cli/src/main.ts", "audit", ...addresses], {
    cwd: REPOSITORY,
    env: { ...process.env, ORDERSCTL_TOKEN: adminToken },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, errors] = await Promise.all([new Response(audit.stdout).text(), new Response(audit.stderr).text()]);
  return { auditExitCode: await audit.exited, audit: (out + errors).trim() };
}

function slopesOf(samples: readonly Sample[]): Readonly<Record<string, number>> {
  const late = samples.filter(({ minute }) => minute > WARM_MINUTES);
  const names = Object.keys(samples[0]?.rss ?? {});
  return Object.fromEntries(
    names.map((name) => [name, slopeOf(late.map(({ minute, rss }) => [minute, rss[name] ?? 0]))]),
  );
}

/** Slope of the line of least squares. */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (pick: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const [x, y] = [mean((point) => point[0]), mean((point) => point[1])];
  const covariance = mean((point) => (point[0] - x) * (point[1] - y));
  return covariance / mean((point) => (point[0] - x) ** 2);
}

const rounded = (values: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Math.round(value)]));
