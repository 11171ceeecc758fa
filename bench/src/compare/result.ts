import type { Load } from "../load.ts";
import type { Scenario, ScenarioName } from "../scenarios.ts";
import type { Role } from "../stacks.ts";

/** One turn of a stack in a scenario: as fast as it goes, then at the fixed rate. */
export interface Turn {
  readonly full: Load;
  readonly fixed: Load;
}

/** What was measured of one stack. */
export interface StackResult {
  readonly name: string;
  readonly about: string;
  /** Of the three services at once. */
  readonly startMs: readonly number[];
  /** Of each service alone, the others running. */
  readonly restartMs: Readonly<Record<Role, readonly number[]>>;
  /** MiB by service. */
  readonly idleRss: Readonly<Record<string, number>>;
  readonly loadedRss: Readonly<Record<string, number>>;
  readonly turns: Partial<Record<ScenarioName, readonly Turn[]>>;
  /** Reads of a product beside a burst of sign-ins. */
  readonly readsInBurst: readonly Load[];
}

/** What one run measured. */
export interface Result {
  readonly date: string;
  readonly machine: string;
  readonly mongod: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly scenarios: readonly Scenario[];
  readonly stacks: readonly StackResult[];
}

/** Middle and ends of what the rounds gave. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The spread of one number over the turns; undefined when there is none. */
export function spreadOf(turns: readonly Turn[] | undefined, pick: (turn: Turn) => number): Spread | undefined {
  return turns === undefined || turns.length === 0 ? undefined : spread(turns.map(pick));
}

/** What was not answered as it should be, a line for each stack and kind of load. */
export function failuresOf({ stacks }: Result): readonly string[] {
  return stacks.flatMap(({ name, turns, readsInBurst }) => [
    ...Object.entries(turns).flatMap(([scenario, each]) => counted(`${name}, ${scenario}`, each.flatMap(both))),
    ...counted(`${name}, reads beside sign-ins`, readsInBurst),
  ]);
}

/** Both loads of a turn. */
export const both = ({ full, fixed }: Turn): readonly Load[] => [full, fixed];

function counted(where: string, loads: readonly Load[]): readonly string[] {
  const failures = loads.reduce((sum, load) => sum + load.failures, 0);
  return failures === 0 ? [] : [`${where}: ${failures}`];
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  const median = sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
  return { median, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0 };
}
