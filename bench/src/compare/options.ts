import { parseArgs } from "node:util";
import { positive } from "../program.ts";
import { SCENARIOS, type Scenario } from "../scenarios.ts";
import { OURS, ours, PEER_STACKS, type StackDescription } from "../stacks.ts";
import type { Amounts } from "../shop.ts";

/** What one run does. */
export interface BenchOptions {
  readonly stacks: readonly StackDescription[];
  readonly scenarios: readonly Scenario[];
  readonly rounds: number;
  /** Of each load. */
  readonly seconds: number;
  /** Of the load before it that is not counted. */
  readonly warmSeconds: number;
  readonly starts: number;
  readonly amounts: Amounts;
  /** Folder of the result; undefined prints it alone. */
  readonly out: string | undefined;
}

/** How the command is used. */
export const USAGE = `Usage: bun run bench [--quick] [options]

  --quick            one product and one order of 1 line against go-native, in under 2 minutes; printed, not written
  --only a,b         scenarios: ${SCENARIOS.map(({ name }) => name).join(", ")}
  --stacks a,b       stacks: ${[OURS, ...PEER_STACKS.map(({ name }) => name)].join(", ")}
  --rounds 3 --seconds 3 --warm 1.5 --starts 3 --products 1000 --orders 200
  --out FOLDER       where RESULT.md and throughput.svg go (default: bench, for a whole run)`;

/** @throws {Error} with a sentence for people */
export function readOptions(defaultOut: string): BenchOptions {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      stacks: { type: "string" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      warm: { type: "string", default: "1.5" },
      starts: { type: "string" },
      products: { type: "string", default: "1000" },
      orders: { type: "string", default: "200" },
      out: { type: "string" },
    },
  });
  const { quick } = values;
  const only = values.only ?? (quick ? "get-product,order-1" : undefined);
  const names = values.stacks ?? (quick ? `go-native,${OURS}` : undefined);
  const isWhole = only === undefined && names === undefined;
  return {
    scenarios: chosen(SCENARIOS, only, "scenario"),
    stacks: chosen([...PEER_STACKS, ours()], names, "stack"),
    rounds: positive(values.rounds ?? (quick ? "2" : "3"), "rounds"),
    seconds: positive(values.seconds ?? (quick ? "2" : "3"), "seconds"),
    warmSeconds: positive(values.warm, "warm"),
    starts: positive(values.starts ?? (quick ? "1" : "3"), "starts"),
    amounts: {
      users: 10,
      products: positive(values.products, "products"),
      orders: positive(values.orders, "orders"),
    },
    out: values.out ?? (isWhole ? defaultOut : undefined),
  };
}

function chosen<Thing extends { readonly name: string }>(
  all: readonly Thing[],
  names: string | undefined,
  what: string,
): readonly Thing[] {
  if (names === undefined) return all;
  const wanted = names.split(",");
  const unknown = wanted.find((name) => !all.some((thing) => thing.name === name));
  if (unknown !== undefined)
    throw new Error(`There is no ${what} ${unknown}: ${all.map(({ name }) => name).join(", ")}.`);
  return all.filter(({ name }) => wanted.includes(name));
}
