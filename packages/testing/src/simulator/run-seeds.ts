import { variants } from "./all-variants.ts";
import { runSeed, type SeedResult } from "./run-seed.ts";
import { production, type Seams } from "./seams.ts";

/** Seeds from `from` on, `count` of them, over production or a wrong variant. */
export interface SeedRange {
  readonly from: number;
  readonly count: number;
  readonly variant?: string | undefined;
  /** Ends with the first seed that breaks the protocol. */
  readonly endsAtFirst?: boolean;
}

/** What a range of seeds came to. */
export interface RangeResult {
  readonly seeds: number;
  readonly steps: number;
  /** Seeds with violations, at most `FAILURES_KEPT_MAX` of them, lowest first. */
  readonly failures: readonly SeedResult[];
  readonly failedSeeds: number;
}

const FAILURES_KEPT_MAX = 5;

/** Runs the seeds of a range one after another. */
export function runSeeds({ from, count, variant, endsAtFirst = false }: SeedRange): RangeResult {
  const seams = seamsOf(variant);
  const failures: SeedResult[] = [];
  let steps = 0;
  let failedSeeds = 0;
  for (let seed = from; seed < from + count; seed++) {
    const result = runSeed(seed, { seams });
    steps += result.steps;
    if (result.violations.length === 0) continue;
    failedSeeds++;
    if (failures.length < FAILURES_KEPT_MAX) failures.push(result);
    if (endsAtFirst) break;
  }
  return { seeds: count, steps, failures, failedSeeds };
}

/**
 * The decisions of a variant; production's without a name.
 * @throws {TypeError} when there is no such variant
 */
export function seamsOf(variant: string | undefined): Seams {
  if (variant === undefined) return production;
  const found = variants.find(({ name }) => name === variant);
  if (found !== undefined) return found.seams;
  throw new TypeError(`There is no variant ${variant}. There are: ${variants.map(({ name }) => name).join(", ")}.`);
}
