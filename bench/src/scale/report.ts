import { short } from "../compare/report.ts";
import { SAMPLE } from "./bulk.ts";
import { cpuOf, ROUNDS, type Scale } from "./scale.ts";

const count = (value: number): string => value.toLocaleString("en-US");

/** What a run of `bun run bench:scale` found, as Markdown. */
export function scaleReport({ options, grown, concurrency, replicated }: Scale, machine: string): string {
  const { few, many } = options;
  return [
    "# How cost grows",
    "",
    `Measured with \`bun run bench:scale\` on ${machine}, one mongod with \`w=majority\` and \`journal=true\`; services, mongod and load generator share the cores. Cost is the CPU time of one request in all services and mongod together, in milliseconds, at full load over 32 connections.`,
    "",
    "## With the amount of data",
    "",
    `Few: ${count(few.products)} products, ${count(few.orders)} orders at first, 10 of them of one user. Many: ${count(many.products)} products, ${count(many.orders)} orders, ${count(many.orders / 20)} of one user. The requests cycle through all of the few, and through as many of the many as the row says, spread over all of them. 2,000 and 20,000 are fewer documents than a service keeps decoded (32,768 of each kind); ${count(SAMPLE)} are more, and each is read about once. Both data sets are on the same mongod, each with its own services, and are loaded alternately; the figures are those of the median of ${ROUNDS} turns.`,
    "",
    "| | cost, few | cost, many | ratio | per second, few | per second, many |",
    "|---|---|---|---|---|---|",
    ...grown.map(
      ({ title, few: a, many: b }) =>
        `| ${title} | ${cpuOf(a).toFixed(3)} | ${cpuOf(b).toFixed(3)} | ${(cpuOf(b) / cpuOf(a)).toFixed(2)} | ${short(a.perSecond)} | ${short(b.perSecond)} |`,
    ),
    "",
    "Every query uses an index, so what grows is the depth of the indexes and the share of documents that are not in the cache. A page costs the same wherever it is: cursors name the last document, and nothing is skipped.",
    "",
    "## With the number of connections: placing an order of 1 line",
    "",
    "| connections | per second | p50 ms | p99 ms | cost | orders per group commit | wait for it, ms | its duration, ms | memory, MiB |",
    "|---|---|---|---|---|---|---|---|---|",
    ...concurrency.map(
      ({ connections, load, batchSize, waitMs, flushMs, rss }) =>
        `| ${count(connections)} | ${short(load.perSecond)} | ${short(load.p50Ms)} | ${short(load.p99Ms)} | ${cpuOf(load).toFixed(3)} | ${batchSize.toFixed(1)} | ${waitMs.toFixed(1)} | ${flushMs.toFixed(1)} | ${Object.entries(
          rss,
        )
          .map(([name, mebibytes]) => `${name} ${Math.round(mebibytes)}`)
          .join(", ")} |`,
    ),
    "",
    "A single connection pays for two majority commits in sequence, and for waking an idle process for each of a dozen messages. Beyond that the CPU is the limit, and the more orders are in flight, the more of them share a commit, so the cost of one falls. Queues hold at most 5,000 orders; further ones are answered 503.",
    "",
    "## With the number of replicas: the same requests to one set of services and to two",
    "",
    "On one machine both sets share the cores, so the second adds no throughput. The table shows what they cost each other.",
    "",
    "| | cost, one set | cost, two sets | ratio | per second, one | per second, two |",
    "|---|---|---|---|---|---|",
    ...replicated.map(
      ({ title, one, two }) =>
        `| ${title} | ${cpuOf(one).toFixed(3)} | ${cpuOf(two).toFixed(3)} | ${(cpuOf(two) / cpuOf(one)).toFixed(2)} | ${short(one.perSecond)} | ${short(two.perSecond)} |`,
    ),
    "",
    "Spread over two processes, fewer requests share a command. Placements of the same product conflict in the database: the later transaction is repeated after a random pause, so a hot product is best served by one replica (see [Operations](../docs/operations.md#scale)).",
    "",
  ].join("\n");
}
