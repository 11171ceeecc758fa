import { both, failuresOf, type Result, type Spread, spread, spreadOf, type StackResult, type Turn } from "./result.ts";
import { BURST, type Scenario } from "../scenarios.ts";
import { OURS } from "../stacks.ts";

/** A number with as many digits as it deserves. */
export const short = (value: number): string =>
  value >= 100
    ? Math.round(value).toLocaleString("en-US")
    : value >= 10
      ? value.toFixed(1)
      : value >= 1
        ? value.toFixed(2)
        : value.toFixed(3);

/** The result as Markdown. */
export function report(result: Result): string {
  return [
    "# Result",
    "",
    `Measured on ${result.date} with \`bun run bench\` on ${result.machine}; mongod ${result.mongod} with one member, \`w=majority\`, \`journal=true\` for all. ${result.rounds} rounds, ${result.seconds} s per load; the stacks take turns within each round, and every load follows a warm-up. The services, mongod and the load generator share the cores, so the numbers compare these stacks with each other and nothing else. Each number is the median of the rounds, with minimum and maximum in brackets.`,
    "",
    ...result.stacks.map(({ name, about }) => `- \`${name}\`: ${about}`),
    "",
    `Every list request reads the same first page; the other reads cycle through all products or all orders. \`${OURS}\` lets concurrent reads share a command and keeps decoded documents, which suits this load. [How cost grows](SCALE.md) also reads more documents than it keeps.`,
    "",
    "![Requests per second of each stack, by route](throughput.svg)",
    "",
    "## Requests per second at full load",
    "",
    ...table(result, (turns) => cell(spreadOf(turns, ({ full }) => full.perSecond))),
    "",
    `## Requests per second of ${OURS}, as a multiple of each peer`,
    "",
    ...ratios(result),
    "",
    "## CPU time per request, in milliseconds: services + mongod",
    "",
    "Other load on the machine affects this the least.",
    "",
    ...table(result, processorTime),
    "",
    "## At a fixed rate: p50 / p99 in milliseconds",
    "",
    "Random arrivals, the same for all; time spent waiting for a connection counts.",
    "",
    ...table(result, latency, ({ ratePerSecond }) => ` at ${ratePerSecond}/s`),
    "",
    `## GET product by id at ${BURST.ratePerSecond}/s beside ${BURST.signInConnections} clients that sign in continuously, in milliseconds`,
    "",
    ...inBurst(result),
    "",
    "## CPU use at full load, in cores",
    "",
    ...table(result, busy),
    "",
    "## Start and memory",
    "",
    "| stack | start to healthy, all three, ms | start to healthy, each alone, ms | RSS idle, MiB | RSS after the loads, MiB |",
    "|---|---|---|---|---|",
    ...result.stacks.map(
      ({ name, startMs, restartMs, idleRss, loadedRss }) =>
        `| ${name} | ${cell(spread(startMs))} | ${starts(restartMs)} | ${memory(idleRss)} | ${memory(loadedRss)} |`,
    ),
    "",
    "## Noise",
    "",
    ...noise(result),
    "",
  ].join("\n");
}

function table(
  { scenarios, stacks }: Result,
  cellOf: (turns: readonly Turn[] | undefined) => string,
  suffix: (scenario: Scenario) => string = () => "",
): readonly string[] {
  return [
    `| | ${stacks.map(({ name }) => name).join(" | ")} |`,
    `|---|${stacks.map(() => "---|").join("")}`,
    ...scenarios.map(
      (scenario) =>
        `| ${scenario.title}${suffix(scenario)} | ${stacks.map(({ turns }) => cellOf(turns[scenario.name])).join(" | ")} |`,
    ),
  ];
}

function ratios({ scenarios, stacks }: Result): readonly string[] {
  const own = stacks.find(({ name }) => name === OURS);
  const peers = stacks.filter(({ name }) => name !== OURS);
  if (own === undefined || peers.length === 0) return ["Nothing to compare with."];
  const rate = (stack: StackResult, scenario: Scenario) =>
    spreadOf(stack.turns[scenario.name], ({ full }) => full.perSecond)?.median ?? Number.NaN;
  return [
    `| | ${peers.map(({ name }) => name).join(" | ")} |`,
    `|---|${peers.map(() => "---|").join("")}`,
    ...scenarios.map((scenario) => {
      const cells = peers.map((peer) => (rate(own, scenario) / rate(peer, scenario)).toFixed(2));
      return `| ${scenario.title} | ${cells.join(" | ")} |`;
    }),
  ];
}

const cell = (value: Spread | undefined): string =>
  value === undefined ? "–" : `${short(value.median)} (${short(value.min)}–${short(value.max)})`;

function processorTime(turns: readonly Turn[] | undefined): string {
  const services = spreadOf(turns, ({ full }) => full.servicesCpuMs);
  const mongod = spreadOf(turns, ({ full }) => full.mongodCpuMs);
  if (services === undefined || mongod === undefined) return "–";
  const sum = services.median + mongod.median;
  return `${services.median.toFixed(3)} + ${mongod.median.toFixed(3)} = **${sum.toFixed(3)}**`;
}

function latency(turns: readonly Turn[] | undefined): string {
  const p50 = spreadOf(turns, ({ fixed }) => fixed.p50Ms);
  const p99 = spreadOf(turns, ({ fixed }) => fixed.p99Ms);
  if (p50 === undefined || p99 === undefined) return "–";
  return `${short(p50.median)} / ${short(p99.median)} (${short(p99.min)}–${short(p99.max)})`;
}

function busy(turns: readonly Turn[] | undefined): string {
  const names = Object.keys(turns?.[0]?.full.cores ?? {});
  const medians = names.map(
    (name) => [name, spreadOf(turns, ({ full }) => full.cores[name] ?? 0)?.median ?? 0] as const,
  );
  const seen = medians.filter(([, cores]) => cores >= 0.05);
  return seen.map(([name, cores]) => `${name} ${cores.toFixed(2)}`).join(", ") || "–";
}

function inBurst({ stacks }: Result): readonly string[] {
  const measured = stacks.filter(({ readsInBurst }) => readsInBurst.length > 0);
  if (measured.length === 0) return ["Not measured."];
  return [
    "| stack | p50 | p99 |",
    "|---|---|---|",
    ...measured.map(({ name, readsInBurst }) => {
      const p50 = spread(readsInBurst.map(({ p50Ms }) => p50Ms));
      const p99 = spread(readsInBurst.map(({ p99Ms }) => p99Ms));
      return `| ${name} | ${cell(p50)} | ${cell(p99)} |`;
    }),
  ];
}

function starts(byService: StackResult["restartMs"]): string {
  return Object.entries(byService)
    .map(([name, each]) => `${name} ${cell(spread(each))}`)
    .join(", ");
}

function memory(byService: Readonly<Record<string, number>>): string {
  const each = Object.entries(byService).map(([name, mebibytes]) => `${name} ${Math.round(mebibytes)}`);
  return each.join(", ");
}

function noise(result: Result): readonly string[] {
  const loads = result.stacks.flatMap(({ turns }) => Object.values(turns).flatMap((each) => each.flatMap(both)));
  const foreign = spread(loads.map(({ foreignCores }) => foreignCores));
  const failures = failuresOf(result);
  return [
    `Everything else on the machine, including the kernel's network work, kept ${foreign.median.toFixed(2)} cores busy during the loads (median; at most ${foreign.max.toFixed(2)}). ${foreign.median > 0.3 ? "**The machine was not quiet: trust the CPU time first.** " : ""}Responses other than 2xx, and requests without a response: ${failures.length === 0 ? "0" : `**${failures.join("; ")}**`}.`,
  ];
}
