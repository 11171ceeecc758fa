import { orUsage } from "@pos/command-options";
import { variants } from "./all-variants.ts";
import { readOptions, type SimulateOptions, USAGE } from "./options.ts";
import { Pool } from "./pool.ts";
import { runSeed, type SeedResult } from "./run-seed.ts";
import { seamsOf, type SeedRange } from "./run-seeds.ts";

const CHUNK_SEEDS = 1000;
const FAILURES_SHOWN_MAX = 5;

/** `bun run simulate`. @returns the exit code: 0 when all is well, 1 otherwise */
async function simulate(options: SimulateOptions): Promise<number> {
  if (options.seed !== undefined) return replay(options.seed, options);
  const pool = new Pool(options.workers);
  try {
    return options.variants === "none" ? await runProduction(pool, options) : await runVariants(pool, options);
  } finally {
    pool.close();
  }
}

function replay(seed: number, { isTraced, variants: variant }: SimulateOptions): number {
  const seams = seamsOf(typeof variant === "object" ? variant.name : undefined);
  const result = runSeed(seed, { seams, ...(isTraced ? { trace: (line) => console.log(line) } : {}) });
  console.log(`seed ${seed}: ${result.steps} steps, ${result.violations.length} violations`);
  for (const { invariant, message } of result.violations) console.log(`  ${invariant}: ${message}`);
  return result.violations.length === 0 ? 0 : 1;
}

async function runProduction(pool: Pool, { seeds, from }: SimulateOptions): Promise<number> {
  const startedAt = performance.now();
  const failures: SeedResult[] = [];
  let [done, steps, failed] = [0, 0, 0];
  await pool.run(chunks({ from, count: seeds }), (result) => {
    const before = Math.floor((done * 10) / seeds);
    done += result.seeds;
    steps += result.steps;
    failed += result.failedSeeds;
    failures.push(...result.failures);
    const now = Math.floor((done * 10) / seeds);
    if (seeds > 10 * CHUNK_SEEDS && now > before) console.error(`${now * 10} %, ${failed} failing seeds`);
  });
  const lowest = failures.sort((a, b) => a.seed - b.seed).slice(0, FAILURES_SHOWN_MAX);
  for (const { seed, violations } of lowest) {
    console.log(`seed ${seed} breaks the protocol; replay it with: bun run simulate --seed ${seed} --trace`);
    for (const { invariant, message } of violations) console.log(`  ${invariant}: ${message}`);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const perSchedule = Math.round(steps / seeds);
  console.log(
    `${seeds} schedules from seed ${from}, ${perSchedule} steps each, ${failed} failing, ${seconds.toFixed(1)} s`,
  );
  return failed === 0 ? 0 : 1;
}

async function runVariants(pool: Pool, { seeds, from, variants: only }: SimulateOptions): Promise<number> {
  const named = variants.filter(({ name }) => only === "all" || (typeof only === "object" && name === only.name));
  const caughtAt = new Map<string, number>();
  // One seed that sees it is enough: what the others would see decides nothing.
  const ranges = named.map(({ name }) => ({ from, count: seeds, variant: name, endsAtFirst: true }));
  await pool.run(ranges, ({ failures: [first] }, { variant = "" }) => {
    if (first !== undefined) caughtAt.set(variant, first.seed);
  });
  for (const { name, pinnedSeed } of named)
    console.log(`${name.padEnd(24)} first at seed ${caughtAt.get(name) ?? "none"}, pinned ${pinnedSeed}`);
  const missed = named.filter(({ name }) => !caughtAt.has(name)).map(({ name }) => name);
  if (missed.length > 0) console.log(`not caught: ${missed.join(", ")}`);
  return missed.length === 0 ? 0 : 1;
}

function* chunks({ from, count }: SeedRange): Generator<SeedRange> {
  for (let at = from; at < from + count; at += CHUNK_SEEDS) {
    yield { from: at, count: Math.min(CHUNK_SEEDS, from + count - at) };
  }
}

const options = orUsage(USAGE, () => {
  const read = readOptions(process.argv.slice(2));
  if (typeof read.variants === "object") seamsOf(read.variants.name);
  return read;
});
process.exitCode = await simulate(options);
