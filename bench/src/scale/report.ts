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
    `Measured with \`bun run bench:scale\` on ${machine}, one mongod with \`w=majority\` and \`journal=true\`; services, mongod and load generator share the cores. Cost is the processor time of one request in all services and mongod, in milliseconds, at full load over 32 connections.`,
    "",
    "## With the data",
    "",
    `Few: ${count(few.products)} products, ${count(few.orders)} orders to begin with, 10 of one user. Many: ${count(many.products)} products, ${count(many.orders)} orders, ${count(many.orders / 20)} of one user. The requests go round all of the few, and round as many of the many products and orders as their line says, spread over all of them: 2,000 and 20,000 are fewer than a service remembers decoded (32,768 of each), ${count(SAMPLE)} are more, and each of them is asked for about once. Both stand on the same mongod, each with its own services, and are loaded in turns; the figures are of the middle one of ${ROUNDS} turns.`,
    "",
    "| | cost, few | cost, many | ratio | per second, few | per second, many |",
    "|---|---|---|---|---|---|",
    ...grown.map(
      ({ title, few: a, many: b }) =>
        `| ${title} | ${cpuOf(a).toFixed(3)} | ${cpuOf(b).toFixed(3)} | ${(cpuOf(b) / cpuOf(a)).toFixed(2)} | ${short(a.perSecond)} | ${short(b.perSecond)} |`,
    ),
    "",
    "Every query walks an index to the documents that it answers with, so what grows is the depth of the indexes and the share of documents that are not in the cache. A page costs the same wherever it stands: cursors name the last document, nothing is skipped.",
    "",
    "## With the connections: placing an order of 1 line",
    "",
    "| connections | per second | p50 ms | p99 ms | cost | orders of a group commit | wait for it, ms | its time, ms | memory, MiB |",
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
    "One connection pays two majority commits, one after the other, and a wake-up of an idle process for each of a dozen messages. From there on the processor is the limit, and the more orders are under way the more of them share a commit, so the cost of one falls. Queues hold 5,000 orders at most; one more is answered 503.",
    "",
    "## With the replicas: the same requests to one set of services and to two",
    "",
    "On one machine two sets share the cores, so the second adds no throughput here: what shows is what they cost each other.",
    "",
    "| | cost, one set | cost, two sets | ratio | per second, one | per second, two |",
    "|---|---|---|---|---|---|",
    ...replicated.map(
      ({ title, one, two }) =>
        `| ${title} | ${cpuOf(one).toFixed(3)} | ${cpuOf(two).toFixed(3)} | ${(cpuOf(two) / cpuOf(one)).toFixed(2)} | ${short(one.perSecond)} | ${short(two.perSecond)} |`,
    ),
    "",
    "Fewer requests share a command when they spread over two processes. Placements on the same product meet in the database: the later transaction is repeated after a random pause, so a hot product is best served by one replica (see [operations](../docs/operations.md)).",
    "",
  ].join("\n");
}
