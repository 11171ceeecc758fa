import { wholeNumber } from "@pos/command-options";
import { parseArgs } from "node:util";

/** What `bun run simulate` is asked to do. */
export interface SimulateOptions {
  /** Schedules to run. */
  readonly seeds: number;
  /** The first seed. */
  readonly from: number;
  /** One seed to replay instead. */
  readonly seed: number | undefined;
  /** Print every step of that one seed. */
  readonly isTraced: boolean;
  /** Run the wrong variants instead of production, all or the one named. */
  readonly variants: "none" | "all" | { readonly name: string };
  readonly workers: number;
}

export const USAGE = `Usage: bun run simulate [options]
Runs random schedules of crashes, lost and late messages over the placement protocol and checks the invariants.

  --seeds N        schedules to run (5000)
  --from N         the first seed (1)
  --seed N         replay one seed
  --trace          with --seed: print every step
  --variants       run the wrong variants: each must be caught
  --variant NAME   with --seed: replay that wrong variant
  --workers N      threads (2)`;

/**
 * Reads the arguments.
 * @throws {TypeError} with a sentence for the user
 */
export function readOptions(args: readonly string[]): SimulateOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: "string" },
      from: { type: "string" },
      seed: { type: "string" },
      trace: { type: "boolean", default: false },
      variants: { type: "boolean", default: false },
      variant: { type: "string" },
      workers: { type: "string" },
    },
  });
  return {
    seeds: wholeNumber("--seeds", values.seeds ?? "5000", { min: 1, max: 1_000_000_000 }),
    from: wholeNumber("--from", values.from ?? "1", { min: 0, max: 1_000_000_000_000 }),
    seed:
      values.seed === undefined ? undefined : wholeNumber("--seed", values.seed, { min: 0, max: 1_000_000_000_000 }),
    isTraced: values.trace,
    variants: values.variant === undefined ? (values.variants ? "all" : "none") : { name: values.variant },
    workers: wholeNumber("--workers", values.workers ?? "2", { min: 1, max: 64 }),
  };
}
