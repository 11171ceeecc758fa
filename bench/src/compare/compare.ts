import { cpus } from "node:os";
import { join } from "node:path";
import { findMongod } from "@pos/local-mongodb/find";
import { startMongod } from "@pos/local-mongodb/run";
import { temporaryDirectory } from "@pos/local-mongodb/temporary-directory";
import { buildStacks } from "../build.ts";
import { type Load, load, writeRequests } from "../load.ts";
import type { BenchOptions } from "./options.ts";
import { short } from "./report.ts";
import type { Result, StackResult, Turn } from "./result.ts";
import type { Say } from "../program.ts";
import { byRole, RunningStack } from "../running-stack.ts";
import { BURST, type Scenario, type ScenarioName } from "../scenarios.ts";
import { Shop } from "../shop.ts";
import { type Role, ROLES } from "../stacks.ts";

const SETTLE_MS = 2000;
const PAUSE_MS = 150;

/** One stack of a run with what is in it and what was measured of it. */
interface Contender {
  readonly stack: RunningStack;
  readonly shop: Shop;
  readonly startMs: number[];
  idleRss: Readonly<Record<string, number>>;
  readonly restartMs: Record<Role, number[]>;
  readonly turns: Partial<Record<ScenarioName, Turn[]>>;
  readonly readsInBurst: Load[];
}

/** Builds, starts, fills and loads the stacks in turn, and ends everything that it started. */
export async function compare(options: BenchOptions, say: Say): Promise<Result> {
  say("building the load generator and the stacks");
  await buildStacks(options.stacks);
  const found = await findMongod({ env: process.env, log: say });
  const folder = await temporaryDirectory("pos-bench-");
  const mongod = await startMongod({ binary: found.path, dataDir: join(folder, "mongod") });
  const base = {
    logFolder: folder,
    mongoUri: (database: string) => `${mongod.uri(database)}&w=majority&journal=true`,
  };
  const contenders = options.stacks.map((description): Contender => {
    const stack = new RunningStack(description, base);
    return {
      stack,
      shop: new Shop(stack),
      startMs: [],
      restartMs: byRole(() => []),
      idleRss: {},
      turns: {},
      readsInBurst: [],
    };
  });
  try {
    await startAll(contenders, options, say);
    for (let round = 1; round <= options.rounds; round++)
      await playRound(contenders, { round, options, folder, mongodPid: mongod.pid, say });
    return {
      date: new Date().toISOString().slice(0, 10),
      machine: `${cpus().length} cores of ${cpus()[0]?.model.trim() ?? "an unknown processor"}, Bun ${Bun.version}`,
      mongod: found.version,
      rounds: options.rounds,
      seconds: options.seconds,
      scenarios: options.scenarios,
      stacks: contenders.map(resultOf),
    };
  } finally {
    await Promise.all(contenders.map(({ stack }) => stack.stop()));
    await mongod.stop();
  }
}

async function startAll(contenders: readonly Contender[], { starts, amounts }: BenchOptions, say: Say): Promise<void> {
  for (let start = 1; start <= starts; start++) {
    for (const { stack, startMs, restartMs } of contenders) {
      startMs.push(await stack.start());
      for (const role of ROLES) restartMs[role].push(await stack.restart(role));
      if (start < starts) await stack.stop();
    }
  }
  await Bun.sleep(SETTLE_MS);
  for (const contender of contenders) contender.idleRss = contender.stack.rssMebibytes();
  for (const { stack, shop } of contenders) {
    await shop.populate(amounts);
    say(`${stack.name}: up and filled`);
  }
}

interface Round {
  readonly round: number;
  readonly options: BenchOptions;
  readonly folder: string;
  readonly mongodPid: number;
  readonly say: Say;
}

async function playRound(contenders: readonly Contender[], round: Round): Promise<void> {
  for (const { shop } of contenders) await shop.signIn();
  for (const [number, scenario] of round.options.scenarios.entries()) {
    for (let turn = 0; turn < contenders.length; turn++) {
      // Nobody is always the first.
      const contender = contenders[(turn + round.round + number) % contenders.length];
      if (contender !== undefined) await playTurn(contender, scenario, round);
    }
  }
  if (!round.options.scenarios.some(({ name }) => name === "sign-in")) return;
  for (const contender of contenders) await playBurst(contender, round);
}

/** Reads at their fixed rate, while many sign in at once. */
async function playBurst({ stack, shop, readsInBurst }: Contender, round: Round): Promise<void> {
  const { options, folder, mongodPid, say } = round;
  const once = async (name: ScenarioName, connections: number, ratePerSecond: number) => {
    const requestsPath = join(folder, `${stack.name}-${name}.jsonl`);
    await writeRequests(requestsPath, shop.requests(name));
    return load(stack, mongodPid, { requestsPath, connections, seconds: options.seconds, ratePerSecond });
  };
  const [reads, signIns] = await Promise.all([
    once("get-product", BURST.connections, BURST.ratePerSecond),
    once("sign-in", BURST.signInConnections, 0),
  ]);
  await Bun.sleep(PAUSE_MS);
  readsInBurst.push({ ...reads, failures: reads.failures + signIns.failures });
  say(`round ${round.round}, reads beside sign-ins, ${stack.name}: p50 ${reads.p50Ms} p99 ${reads.p99Ms} ms`);
}

async function playTurn({ stack, shop, turns }: Contender, scenario: Scenario, round: Round): Promise<void> {
  const { options, folder, mongodPid, say } = round;
  const { connections, ratePerSecond } = scenario;
  const requestsPath = join(folder, `${stack.name}-${scenario.name}.jsonl`);
  await writeRequests(requestsPath, shop.requests(scenario.name));
  const once = (seconds: number, rate: number) =>
    load(stack, mongodPid, { requestsPath, connections, seconds, ratePerSecond: rate });
  // A stack that stood idle while the others had their turn is cold.
  await once(options.warmSeconds, 0);
  const full = await once(options.seconds, 0);
  await Bun.sleep(PAUSE_MS);
  const fixed = await once(options.seconds, ratePerSecond);
  await Bun.sleep(PAUSE_MS);
  (turns[scenario.name] ??= []).push({ full, fixed });
  const cpu = (full.servicesCpuMs + full.mongodCpuMs).toFixed(3);
  say(
    `round ${round.round}, ${scenario.name}, ${stack.name}: ${short(full.perSecond)}/s, ${cpu} ms CPU each; ` +
      `at ${ratePerSecond}/s p50 ${fixed.p50Ms} p99 ${fixed.p99Ms} ms; failures ${full.failures + fixed.failures}; ` +
      `others ${full.foreignCores.toFixed(2)} cores`,
  );
}

function resultOf({ stack, shop: _shop, ...measured }: Contender): StackResult {
  const { name, about } = stack.description;
  return { ...measured, name, about, loadedRss: stack.rssMebibytes() };
}
